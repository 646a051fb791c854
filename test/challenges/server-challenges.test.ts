import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { testApp } from '../../src/testkit/test-app.ts';
import type { TestApp } from '../../src/testkit/test-app.ts';
import { databasesOf } from '../../src/testkit/test-database.ts';
import { notGuessesAt, spellingsOf } from '../rig/code-spellings.ts';

const databaseKinds = databasesOf(import.meta.url, { hasRaces: true });

describe.each(databaseKinds)('challenges through the server API, on the %s database', (kind) => {
  let app: TestApp;
  let people = 0;
  beforeAll(async () => {
    app = await testApp(kind);
  });
  afterAll(() => app.close());

  const newEmail = () => `person${(people += 1)}@example.com`;
  const post = (path: string, body: unknown) => app.call('POST', path, { body });

  async function start(body: Record<string, unknown> = {}) {
    const email = (body['email'] as string | undefined) ?? newEmail();
    const reply = await post('/v1/challenge', { verificationMethod: 'EMAIL_OTP', action: 'signIn', email, ...body });
    expect(reply.status, reply.text).toBe(200);
    return {
      ...(reply.body as { challengeId: string; idempotencyKey: string; expiresAt: number }),
      email,
      code: latestCode(email),
    };
  }

  function latestCode(email: string): string {
    const mail = app.mail().find(({ to }) => to === email);
    return /^\d{6,10}/.exec(mail?.subject ?? '')?.[0] ?? '';
  }

  const wrong = (code: string) => (code === '000000' ? '000001' : '000000');
  const verify = async (challengeId: string, verificationCode: unknown) =>
    (await post('/v1/verify', { challengeId, verificationCode })).body;

  test('a code sent by mail is accepted, the challenge claimed, and the token validates', async () => {
    const { challengeId, code, email, expiresAt } = await start();
    expect(expiresAt).toBe(app.runtime.clock.now() / 1000 + 600);
    expect(await verify(challengeId, code)).toEqual({ isVerified: true, verificationMethod: 'EMAIL_OTP', email });
    const userId = `user-of-${email}`;
    const claimed = await post('/v1/claim', { challengeId, userId });
    expect(claimed.body).toMatchObject({ verificationMethod: 'EMAIL_OTP' });
    const validated = await post('/v1/validate', { token: claimed.body.token, userId, action: 'signIn' });
    expect(validated.body).toMatchObject({
      isValid: true,
      state: 'CHALLENGE_SUCCEEDED',
      verificationMethod: 'EMAIL_OTP',
    });
    const user = await app.call('GET', `/v1/users/${encodeURIComponent(userId)}`);
    expect(user.body).toMatchObject({ email, emailVerified: true, enrolledVerificationMethods: ['EMAIL_OTP'] });
  });

  test('a wrong code is a normal response, and the correct one still works after it', async () => {
    const { challengeId, code } = await start();
    expect(await verify(challengeId, wrong(code))).toEqual({
      isVerified: false,
      failureReason: 'CODE_INVALID_OR_EXPIRED',
    });
    expect(await verify(challengeId, code)).toMatchObject({ isVerified: true });
  });

  test('A04, ruling 45: only the digits of a code count, and the same digits written differently are a repeat', async () => {
    const { challengeId, code } = await start();
    for (const spelling of spellingsOf(code)) {
      expect(await verify(challengeId, spelling), JSON.stringify(spelling)).toMatchObject({ isVerified: true });
    }
  });

  test('ruling 45: a code without the length stored for it is not a guess, however often, whatever the configured length is now', async () => {
    const { challengeId, code } = await start();
    const path = '/v1/management/authenticator-configurations';
    const key = app.tenant.managementKey;
    const { authenticatorId } = (await app.call('GET', `${path}/email-otp`, { key })).body;
    const setLength = async (verificationCodeLength: number) => {
      const reply = await app.call('PATCH', `${path}/${authenticatorId}`, { key, body: { verificationCodeLength } });
      expect(reply.status, reply.text).toBe(200);
    };
    await setLength(8);
    for (const odd of [...notGuessesAt(code), ...notGuessesAt(code), '12345678']) {
      expect(await verify(challengeId, odd), JSON.stringify(odd)).toEqual({
        isVerified: false,
        failureReason: 'CODE_INVALID_OR_EXPIRED',
      });
    }
    expect(await verify(challengeId, code)).toMatchObject({ isVerified: true });
    const longer = await start();
    expect(longer.code).toHaveLength(8);
    // A resend stores the length of its own code.
    await setLength(6);
    await post('/v1/challenge', { challengeId: longer.challengeId });
    const resent = latestCode(longer.email);
    expect(resent).toHaveLength(6);
    expect(await verify(longer.challengeId, resent)).toMatchObject({ isVerified: true });
  });

  test('A19: a value that is not a code is refused, and costs no guess', async () => {
    const { challengeId, code } = await start();
    for (const odd of [null, true, [], [code], { $ne: null }, 1.5, Number(code), '', undefined]) {
      const reply = await post('/v1/verify', { challengeId, verificationCode: odd });
      expect(reply.status, JSON.stringify(odd)).toBe(400);
    }
    expect(await verify(challengeId, code)).toMatchObject({ isVerified: true });
  });

  test('A05, A09: five wrong codes end the guesses, and neither a resend nor a new challenge gives new ones', async () => {
    const userId = `guessed${(people += 1)}`;
    const email = newEmail();
    const first = await start({ userId, email });
    for (let tries = 0; tries < 5; tries += 1) {
      expect(await verify(first.challengeId, wrong(first.code))).toMatchObject({
        failureReason: 'CODE_INVALID_OR_EXPIRED',
      });
    }
    expect(await verify(first.challengeId, first.code)).toEqual({
      isVerified: false,
      failureReason: 'MAX_ATTEMPTS_EXCEEDED',
    });
    await post('/v1/challenge', { challengeId: first.challengeId });
    expect(await verify(first.challengeId, latestCode(email))).toMatchObject({
      failureReason: 'MAX_ATTEMPTS_EXCEEDED',
    });
    const second = await start({ userId, email });
    expect(await verify(second.challengeId, second.code)).toMatchObject({ failureReason: 'MAX_ATTEMPTS_EXCEEDED' });
    await app.runtime.advance(30_000);
    expect(await verify(second.challengeId, second.code)).toMatchObject({ isVerified: true });
  });

  test('N01: after twenty failures without a success the method is locked, however long one waits', async () => {
    const userId = `locked${(people += 1)}`;
    for (let failures = 0; failures < 20; failures += 1) {
      const { challengeId, code } = await start({ userId, email: newEmail() });
      expect(await verify(challengeId, wrong(code))).toMatchObject({ failureReason: 'CODE_INVALID_OR_EXPIRED' });
      await app.runtime.advance(3_600_000);
    }
    const { challengeId, code } = await start({ userId, email: newEmail() });
    expect(await verify(challengeId, code)).toMatchObject({ failureReason: 'MAX_ATTEMPTS_EXCEEDED' });
    const unlocked = await app.call('POST', `/v1/management/users/${userId}/verification-methods/EMAIL_OTP/unlock`, {
      key: app.tenant.managementKey,
    });
    expect(unlocked.body).toEqual({ success: true });
    expect(await verify(challengeId, code)).toMatchObject({ isVerified: true });
  });

  test('ruling 16: a repeat of the accepted code succeeds until the claim; any other code is refused', async () => {
    const { challengeId, code } = await start();
    expect(await verify(challengeId, code)).toMatchObject({ isVerified: true });
    expect(await verify(challengeId, wrong(code))).toMatchObject({ isVerified: false });
    expect(await verify(challengeId, code)).toMatchObject({ isVerified: true });
    await post('/v1/claim', { challengeId, userId: `claimer${(people += 1)}` });
    expect(await verify(challengeId, code)).toMatchObject({ isVerified: false });
  });

  test('a code expires after ten minutes, and a resend revokes the older code', async () => {
    const expired = await start();
    await app.runtime.advance(600_000);
    expect(await verify(expired.challengeId, expired.code)).toMatchObject({ failureReason: 'CODE_INVALID_OR_EXPIRED' });
    const resent = await start();
    const again = await post('/v1/challenge', { challengeId: resent.challengeId });
    expect(again.body).toMatchObject({ challengeId: resent.challengeId, idempotencyKey: resent.idempotencyKey });
    const newer = latestCode(resent.email);
    if (newer !== resent.code)
      expect(await verify(resent.challengeId, resent.code)).toMatchObject({ isVerified: false });
    expect(await verify(resent.challengeId, newer)).toMatchObject({ isVerified: true });
  });

  test('A79: the thirteenth code to one address within ten minutes is refused, however the address is written', async () => {
    const email = newEmail().replace(/@.*/, '@bücher.example');
    const spellings = [email, email.toUpperCase(), email.replace('bücher', 'xn--bcher-kva')];
    const send = (count: number) =>
      post('/v1/challenge', { verificationMethod: 'EMAIL_OTP', action: 'signIn', email: spellings[count % 3] });
    for (let sent = 0; sent < 12; sent += 1) expect((await send(sent)).status).toBe(200);
    const reply = await send(12);
    expect(reply.status).toBe(429);
    expect(reply.headers['retry-after']).toBeDefined();
  });

  test('with a user the action is created at once, and the code completes it', async () => {
    const userId = `known${(people += 1)}`;
    const { challengeId, idempotencyKey, code, email } = await start({ userId });
    const path = `/v1/users/${userId}/actions/signIn/${idempotencyKey}`;
    expect((await app.call('GET', path)).body).toMatchObject({ state: 'CHALLENGE_REQUIRED' });
    expect(await verify(challengeId, code)).toMatchObject({ isVerified: true });
    expect((await app.call('GET', path)).body).toMatchObject({
      state: 'CHALLENGE_SUCCEEDED',
      verificationMethod: 'EMAIL_OTP',
    });
    const user = (await app.call('GET', `/v1/users/${userId}`)).body;
    expect(user).toMatchObject({ email, emailVerified: true, isEnrolled: true });
  });

  test('ruling 56: a code to another spelling of the user’s address proves that address, and enrols no second one', async () => {
    const userId = `spelt${(people += 1)}`;
    const stored = `Bob${people}@BÜCHER.example`;
    await app.call('PATCH', `/v1/users/${userId}`, { body: { email: stored } });
    const email = stored.replace('BÜCHER', 'xn--bcher-kva');
    const { challengeId, code } = await start({ userId, email });
    expect(await verify(challengeId, code)).toMatchObject({ isVerified: true, email });
    expect((await app.call('GET', `/v1/users/${userId}`)).body).toMatchObject({ email: stored, emailVerified: true });
    const enrolled = await app.call('GET', `/v1/users/${userId}/authenticators`);
    expect(enrolled.body).toMatchObject([{ email }]);
    const again = await start({ userId, email: stored.replace('BÜCHER', 'bücher'), scope: 'update:authenticators' });
    expect(await verify(again.challengeId, again.code)).toMatchObject({ isVerified: true });
    expect((await app.call('GET', `/v1/users/${userId}/authenticators`)).body).toEqual(enrolled.body);
    const action = await app.call('GET', `/v1/users/${userId}/actions/signIn/${again.idempotencyKey}`);
    expect(action.body).toMatchObject({ state: 'CHALLENGE_SUCCEEDED' });
  });

  test('ruling 9: a proof does not change an action that was blocked or is in review meanwhile', async () => {
    const userId = `reviewed${(people += 1)}`;
    const { challengeId, idempotencyKey, code } = await start({ userId });
    const path = `/v1/users/${userId}/actions/signIn/${idempotencyKey}`;
    await app.call('PATCH', path, { body: { state: 'REVIEW_REQUIRED' } });
    await verify(challengeId, code);
    expect((await app.call('GET', path)).body).toMatchObject({ state: 'REVIEW_REQUIRED' });
  });

  test('ruling 17: a second contact is enrolled only if the backend asked for it', async () => {
    const userId = `careful${(people += 1)}`;
    await app.call('POST', `/v1/users/${userId}/authenticators`, {
      body: { verificationMethod: 'SMS', phoneNumber: '+6427000000' },
    });
    const plain = await start({ userId });
    await verify(plain.challengeId, plain.code);
    const methods = async () =>
      (await app.call('GET', `/v1/users/${userId}`)).body.enrolledVerificationMethods as string[];
    expect(await methods()).toEqual(['SMS']);
    const scoped = await start({ userId, scope: 'add:authenticators' });
    await verify(scoped.challengeId, scoped.code);
    expect(await methods()).toEqual(['SMS', 'EMAIL_OTP']);
  });

  test('ruling 59: a challenge may request the scopes add and update, and no others', async () => {
    const body = { verificationMethod: 'EMAIL_OTP', action: 'signIn', email: newEmail() };
    for (const scope of ['remove:authenticators', 'add:authenticators remove:authenticators', 'read:authenticators']) {
      const { status, body: refused } = await post('/v1/challenge', { ...body, scope });
      expect([status, refused.errorCode, refused.errorDescription]).toEqual([
        400,
        'invalid_request',
        'scope must be a space-separated list out of add:authenticators, update:authenticators.',
      ]);
    }
    for (const scope of [null, '', ' update:authenticators  add:authenticators ']) await start({ scope });
  });

  test('a challenge is claimed once: another user is refused, the same one gets the same response', async () => {
    const { challengeId, code } = await start();
    const userId = `first${(people += 1)}`;
    expect((await post('/v1/claim', { challengeId, userId })).status).toBe(400);
    await verify(challengeId, code);
    expect((await post('/v1/claim', { challengeId, userId })).status).toBe(200);
    expect((await post('/v1/claim', { challengeId, userId })).status).toBe(200);
    expect((await post('/v1/claim', { challengeId, userId: 'another' })).status).toBe(400);
  });

  test('a claim without verification leaves the action open until the code is given', async () => {
    const { challengeId, code } = await start();
    const userId = `skipper${(people += 1)}`;
    const { token } = (await post('/v1/claim', { challengeId, userId, skipVerificationCheck: true })).body as {
      token: string;
    };
    expect((await post('/v1/validate', { token })).body).toMatchObject({ isValid: false, state: 'CHALLENGE_REQUIRED' });
    // The claim has given the challenge a user; the code is still valid.
    const verified = await verify(challengeId, code);
    expect(verified).toMatchObject({ isVerified: true });
    expect((await post('/v1/validate', { token })).body).toMatchObject({ isValid: true });
  });

  test('a track with a verified challenge without a user succeeds at once, for one occurrence only', async () => {
    const { challengeId, code } = await start();
    await verify(challengeId, code);
    const userId = `tracker${(people += 1)}`;
    const path = `/v1/users/${userId}/actions/signIn`;
    const tracked = await app.call('POST', path, { body: { challengeId, idempotencyKey: 'k1' } });
    expect(tracked.body, tracked.text).toMatchObject({ state: 'CHALLENGE_SUCCEEDED' });
    expect((await app.call('POST', path, { body: { challengeId, idempotencyKey: 'k1' } })).body.state).toBe(
      'CHALLENGE_SUCCEEDED',
    );
    // I3: the same proof has no effect on another occurrence, another action or another user.
    for (const [other, body] of [
      [path, { challengeId, idempotencyKey: 'k2' }],
      [`/v1/users/${userId}/actions/pay`, { challengeId, idempotencyKey: 'k1' }],
      ['/v1/users/thief/actions/signIn', { challengeId, idempotencyKey: 'k1' }],
      [path, { challengeId: 'unknown' }],
    ] as const) {
      expect((await app.call('POST', other, { body })).status, JSON.stringify(body)).toBe(400);
    }
    expect((await app.call('GET', `/v1/users/${userId}/actions`)).body).toHaveLength(1);
  });

  test('a track with a challenge and no key is the occurrence that the challenge was made for', async () => {
    const { challengeId, code, idempotencyKey } = await start({ idempotencyKey: `k${(people += 1)}` });
    await verify(challengeId, code);
    const path = `/v1/users/keyless${people}/actions/signIn`;
    for (let count = 0; count < 2; count += 1) {
      const { body } = await app.call('POST', path, { body: { challengeId } });
      expect(body).toMatchObject({ state: 'CHALLENGE_SUCCEEDED', idempotencyKey });
    }
  });

  test('a track with an unverified challenge waits for the code; a blocked action stays blocked', async () => {
    const { challengeId, code } = await start();
    const userId = `waiter${(people += 1)}`;
    const path = `/v1/users/${userId}/actions/signIn`;
    const tracked = await app.call('POST', path, { body: { challengeId, idempotencyKey: 'k' } });
    expect(tracked.body.state).toBe('CHALLENGE_REQUIRED');
    expect(await verify(challengeId, code)).toMatchObject({ isVerified: true });
    expect((await post('/v1/validate', { token: tracked.body.token })).body).toMatchObject({ isValid: true });

    const action = { actionCode: 'closed', defaultUserActionResult: 'BLOCK' };
    await app.call('POST', '/v1/management/action-configurations', { body: action, key: app.tenant.managementKey });
    const proven = await start({ action: 'closed' });
    await verify(proven.challengeId, proven.code);
    const blocked = await app.call('POST', `/v1/users/${userId}/actions/closed`, {
      body: { challengeId: proven.challengeId },
    });
    expect(blocked.body.state).toBe('BLOCK');
  });

  const setState = async (userId: string, action: string, key: string, state: string) => {
    const reply = await app.call('PATCH', `/v1/users/${userId}/actions/${action}/${key}`, { body: { state } });
    expect(reply.status, reply.text).toBe(200);
  };
  const seenOf = async (userId: string) => {
    const { isEnrolled, emailVerified } = (await app.call('GET', `/v1/users/${userId}`)).body;
    return { isEnrolled, emailVerified };
  };

  test.each(['BLOCK', 'CHALLENGE_FAILED', 'REVIEW_FAILED'])(
    'ruling 42: the correct code, given while the action is %s, is not compared, costs no try and leaves nothing',
    async (state) => {
      const userId = `stopped${(people += 1)}`;
      const email = newEmail();
      await app.call('POST', `/v1/users/${userId}/actions/signIn`, { body: { idempotencyKey: 'k', email } });
      const { challengeId, code } = await start({ userId, email, idempotencyKey: 'k' });
      await setState(userId, 'signIn', 'k', state);
      for (let tries = 0; tries < 6; tries += 1) expect(await verify(challengeId, code)).toEqual({ isVerified: false });
      expect(await seenOf(userId)).toEqual({ isEnrolled: false, emailVerified: false });
      expect(
        (
          await post('/v1/challenge', {
            verificationMethod: 'EMAIL_OTP',
            action: 'signIn',
            userId,
            email,
            idempotencyKey: 'k',
          })
        ).status,
      ).toBe(403);
      await setState(userId, 'signIn', 'k', 'CHALLENGE_REQUIRED');
      expect(await verify(challengeId, code)).toMatchObject({ isVerified: true });
      // A repeat of an accepted code is checked in the same way.
      await setState(userId, 'signIn', 'k', state);
      expect(await verify(challengeId, code)).toEqual({ isVerified: false });
    },
  );

  test.each([
    ['BLOCK', 'BLOCK'],
    ['REVIEW', 'REVIEW_REQUIRED'],
  ])(
    'ruling 42: a claim for an action that becomes %s succeeds, returns the state and enrols nothing',
    async (result, state) => {
      const actionCode = `claimed${result}`;
      const action = { actionCode, defaultUserActionResult: result };
      await app.call('POST', '/v1/management/action-configurations', { body: action, key: app.tenant.managementKey });
      const { challengeId, code, email } = await start({ action: actionCode });
      expect(await verify(challengeId, code)).toMatchObject({ isVerified: true });
      const userId = `claims-${email}`;
      const claimed = await post('/v1/claim', { challengeId, userId });
      expect(claimed.status, claimed.text).toBe(200);
      expect((await post('/v1/validate', { token: claimed.body.token })).body).toMatchObject({ isValid: false, state });
      expect(await seenOf(userId)).toEqual({ isEnrolled: false, emailVerified: false });
      expect((await post('/v1/claim', { challengeId, userId: `${userId}-other` })).status).toBe(400);
    },
  );

  test('ruling 42: a correct code is accepted while the action awaits a review, but enrols and verifies nothing', async () => {
    const userId = `reviewed${(people += 1)}`;
    const email = newEmail();
    await app.call('POST', `/v1/users/${userId}/actions/signIn`, { body: { idempotencyKey: 'k', email } });
    const { challengeId, code } = await start({ userId, email, idempotencyKey: 'k' });
    await setState(userId, 'signIn', 'k', 'REVIEW_REQUIRED');
    expect(await verify(challengeId, code)).toMatchObject({ isVerified: true });
    expect(await seenOf(userId)).toEqual({ isEnrolled: false, emailVerified: false });
    const action = await app.call('GET', `/v1/users/${userId}/actions/signIn/k`);
    expect(action.body.state).toBe('REVIEW_REQUIRED');
  });

  test('ruling 36: a claim creates no configuration, and the action that it began is decided by its track', async () => {
    const manage = (method: string, path: string, body?: object) =>
      app.call(method, `/v1/management/action-configurations${path}`, { key: app.tenant.managementKey, body });
    const unheard = await start({ action: 'unheard' });
    await verify(unheard.challengeId, unheard.code);
    const userId = `claims${(people += 1)}`;
    const claimed = await post('/v1/claim', { challengeId: unheard.challengeId, userId });
    expect((await post('/v1/validate', { token: claimed.body.token })).body).toMatchObject({
      isValid: true,
      isTracked: false,
    });
    expect((await manage('GET', '/unheard')).status).toBe(404);

    await manage('POST', '', { actionCode: 'large', defaultUserActionResult: 'ALLOW' });
    const conditions = { '>': [{ var: 'custom.amount' }, 1000] };
    const rule = { name: 'Large', isActive: true, priority: 0, type: 'BLOCK', conditions };
    expect((await manage('POST', '/large/rules', rule)).status).toBe(200);
    for (const [custom, state, after] of [
      [undefined, 'CHALLENGE_REQUIRED', 'CHALLENGE_SUCCEEDED'],
      // A claim for a blocked action leaves no proof there (ruling 42).
      [{ amount: 5000 }, 'BLOCK', 'ALLOW'],
      [{ amount: 10 }, 'CHALLENGE_SUCCEEDED', 'CHALLENGE_SUCCEEDED'],
    ] as const) {
      const { challengeId, code } = await start({ action: 'large', ...(custom === undefined ? {} : { custom }) });
      await verify(challengeId, code);
      const { token } = (await post('/v1/claim', { challengeId, userId })).body as { token: string };
      expect((await post('/v1/validate', { token })).body).toMatchObject({ state, isTracked: false });
      const path = `/v1/users/${userId}/actions/large`;
      const tracked = await app.call('POST', path, { body: { challengeId, custom: { amount: 20 } } });
      expect(tracked.body.state, 'its track decides').toBe(after);
    }
  });

  test('ruling 36: a track counts a code of its user for the lifetime of a token, also through its challenge', async () => {
    const tenant = (tokenDurationInMinutes: number) =>
      app.call('PATCH', '/v1/management/tenant', { key: app.tenant.managementKey, body: { tokenDurationInMinutes } });
    await tenant(2);
    for (const [afterMs, state] of [
      [120_000, 'CHALLENGE_SUCCEEDED'],
      [120_001, 'CHALLENGE_REQUIRED'],
    ] as const) {
      const userId = `late${(people += 1)}`;
      const { challengeId, code } = await start({ userId });
      await verify(challengeId, code);
      await app.runtime.advance(afterMs);
      const tracked = await app.call('POST', `/v1/users/${userId}/actions/signIn`, { body: { challengeId } });
      expect(tracked.body.state).toBe(state);
    }
    // From when it was given, not from when it was claimed.
    const { challengeId, code } = await start();
    await verify(challengeId, code);
    const userId = `late${(people += 1)}`;
    await app.runtime.advance(90_000);
    await post('/v1/claim', { challengeId, userId });
    await app.runtime.advance(90_000);
    const tracked = await app.call('POST', `/v1/users/${userId}/actions/signIn`, { body: { challengeId } });
    expect(tracked.body.state).toBe('CHALLENGE_REQUIRED');
    await tenant(10);
  });

  test('challenges and counts of messages are deleted a day after they are over', async () => {
    const count = async () => {
      const [row] = await app.db.query<{ n: number }>(
        {
          name: 'test_count_challenges',
          text: 'select (select count(*) from challenges) + (select count(*) from sent_messages) as n',
        },
        [],
      );
      return row?.n;
    };
    await start();
    expect(await count()).toBeGreaterThan(0);
    await app.runtime.advance(25 * 3_600_000);
    expect(await count()).toBe(0);
  });

  test('the open challenge is found by id or by user, in every spelling that SDKs send', async () => {
    const userId = `asked${(people += 1)}`;
    const { challengeId, email } = await start({ userId });
    const expected = { challengeId, email, action: 'signIn' };
    const byQuery = `challengeId=${challengeId}`;
    expect((await app.call('GET', `/v1/challenges?${byQuery}`)).body).toMatchObject(expected);
    expect((await app.call('GET', `/v1/challenges?userId=${userId}&action=signIn`)).body).toMatchObject(expected);
    expect((await app.call('GET', `/v1/v1/challenges?${byQuery}`)).body).toMatchObject(expected);
    expect((await app.call('POST', `/v1/challenges?${byQuery}`, { body: { challengeId } })).body).toMatchObject(
      expected,
    );
    expect((await app.call('POST', `/v1/challenges${byQuery}`, { body: { challengeId } })).body).toMatchObject(
      expected,
    );
    expect((await app.call('GET', `/v1/users/${userId}/challenge?action=signIn`)).body).toMatchObject(expected);
    // The Java SDK appends its query in the order of a map, with the body or without (ruling 59).
    for (const glued of [
      byQuery,
      `userId=${userId}`,
      `userId=${userId}&action=signIn`,
      `action=signIn&userId=${userId}`,
      `verificationMethod=EMAIL_OTP&action=signIn&userId=${userId}`,
    ]) {
      for (const method of ['GET', 'POST']) {
        const { status, body, text } = await app.call(method, `/v1/challenges${glued}`);
        expect([status, body], text).toEqual([200, expect.objectContaining(expected)]);
      }
    }
    const otherAction = await app.call('POST', `/v1/challengesaction=pay&userId=${userId}`);
    expect([otherAction.status, otherAction.body]).toEqual([200, {}]);
    // A raw "+" in an appended id is a space in a query; the body has it unchanged.
    const plus = await start({ userId: `a+${userId}` });
    const raw = await app.call('POST', `/v1/challengesuserId=a+${userId}`, { body: { userId: `a+${userId}` } });
    expect(raw.body).toMatchObject({ challengeId: plus.challengeId });
    // No other path with this prefix exists.
    for (const path of ['/v1/challengesx=1', '/v1/challengesuserId', '/v1/challenges-of', '/v1/challengestoken=x']) {
      expect((await app.call('GET', path)).status, path).toBe(404);
    }
    const stranger = await app.call('GET', `/v1/challengesuserId=${userId}`, { key: null });
    expect(stranger.status).toBe(401);
    expect((await app.call('GET', '/v1/challenges?userId=nobody')).body).toEqual({});
    expect((await app.call('GET', '/v1/challenges')).status).toBe(400);
  });

  test('another tenant can neither verify, claim nor read a challenge', async () => {
    const other = await app.createTenant('Other');
    const { challengeId, code } = await start();
    const call = (path: string, body: unknown) => app.call('POST', path, { body, key: other.secretKey });
    expect((await call('/v1/verify', { challengeId, verificationCode: code })).status).toBe(404);
    expect((await call('/v1/claim', { challengeId, userId: 'x' })).status).toBe(404);
    expect((await app.call('GET', `/v1/challenges?challengeId=${challengeId}`, { key: other.secretKey })).body).toEqual(
      {},
    );
  });

  test('I8: neither a code nor an address reaches the log', async () => {
    const { challengeId, code, email } = await start();
    await verify(challengeId, code);
    expect(app.logText()).not.toContain(email);
    expect(app.logText()).not.toMatch(new RegExp(`\\b${code}\\b`));
  });
});
