/**
 * Worry: a mailed code works twice, for another action or after it was replaced, or enrols an address that was never
 * verified.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { statement } from '../../src/storage/sql.ts';
import { DeliveryFailed } from '../../src/delivery/delivery-failed.ts';
import { testApp } from '../../src/testkit/test-app.ts';
import type { TestApp } from '../../src/testkit/test-app.ts';
import { databasesOf } from '../../src/testkit/test-database.ts';
import { notGuessesAt, spellingsOf } from '../rig/code-spellings.ts';

const databaseKinds = databasesOf(import.meta.url, { hasRaces: true });

describe.each(databaseKinds)('codes by e-mail through the client API, on the %s database', (kind) => {
  let app: TestApp;
  let people = 0;
  beforeAll(async () => {
    app = await testApp(kind);
  });
  afterAll(() => app.close());

  const newUser = () => `mail-user-${(people += 1)}`;
  const addressOf = (userId: string) => `${userId}@example.com`;

  async function track(userId: string, body: object = {}, action = 'pay'): Promise<string> {
    const reply = await app.call('POST', `/v1/users/${userId}/actions/${action}`, { body });
    expect(reply.status, reply.text).toBe(200);
    return String(reply.body.token);
  }

  const post = (path: string, token: string, body?: object) =>
    app.call('POST', `/v1/client/${path}`, { token, ...(body === undefined ? {} : { body }) });
  const enrol = (token: string, email: string) => post('user-authenticators/email-otp', token, { email });
  const challenge = (token: string, body?: object) => post('challenge/email-otp', token, body);
  const verify = async (token: string, verificationCode: unknown) =>
    (await post('verify/email-otp', token, { verificationCode })).body;
  const validate = async (token: string) => (await app.call('POST', '/v1/validate', { body: { token } })).body;
  const user = async (userId: string) => (await app.call('GET', `/v1/users/${userId}`)).body;
  const mailsTo = (email: string) => app.mail().filter(({ to }) => to === email);
  const codeTo = (email: string) => /^\d{6,10}/.exec(mailsTo(email)[0]?.subject ?? '')?.[0] ?? '';
  const wrong = (code: string) => code.replace(/.$/, (digit) => String((Number(digit) + 1) % 10));

  /** A user whose address the backend has verified. */
  async function enrolled(): Promise<{ userId: string; email: string }> {
    const userId = newUser();
    const email = addressOf(userId);
    await app.call('POST', `/v1/users/${userId}/authenticators`, { body: { verificationMethod: 'EMAIL_OTP', email } });
    return { userId, email };
  }

  /** A token for whose action a code was sent. */
  async function challenged(userId: string, body: object = {}): Promise<string> {
    const token = await track(userId, body);
    expect((await challenge(token)).status).toBe(200);
    return token;
  }

  // The embedded database has one connection, so nothing can happen there between a read and a lock.
  test.runIf(kind === 'postgres')('a code that is requested while its address is being verified is sent', async () => {
    const userId = newUser();
    const token = await track(userId);
    const { userAuthenticatorId } = (await enrol(token, addressOf(userId))).body;
    const again = await app.db.transaction(async (sql) => {
      await sql.query(statement('test_hold_user', 'select 1 from users where user_id = $1 for update'), [userId]);
      const sending = enrol(token, addressOf(userId));
      await new Promise((resolve) => setTimeout(resolve, 500));
      const prove = `update authenticators set verified_at = created_at, slot = '' where authenticator_id = $1`;
      await sql.query(statement('test_prove_meanwhile', prove), [userAuthenticatorId]);
      return { sending };
    });
    expect((await again.sending).status).toBe(200);
    expect((await app.call('GET', `/v1/users/${userId}/authenticators`)).body).toHaveLength(1);
  });

  test('an address is enrolled only by the code that was sent to it; this also completes the action', async () => {
    const userId = newUser();
    const email = addressOf(userId);
    const token = await track(userId);
    const started = await enrol(token, email);
    expect([started.status, started.body]).toEqual([200, { userAuthenticatorId: expect.any(String), userId }]);
    expect(await user(userId)).not.toHaveProperty('email');
    expect((await app.call('GET', '/v1/client/user-authenticators', { token })).body).toEqual([]);
    expect(await verify(token, wrong(codeTo(email)))).toEqual({
      isVerified: false,
      failureReason: 'CODE_INVALID_OR_EXPIRED',
    });

    const verified = await verify(token, codeTo(email));
    expect(verified).toEqual({
      isVerified: true,
      accessToken: expect.any(String),
      userAuthenticator: expect.objectContaining({
        userAuthenticatorId: started.body.userAuthenticatorId,
        verificationMethod: 'EMAIL_OTP',
        email: 'm•••@example.com',
        isDefault: true,
      }),
    });
    expect(await user(userId)).toMatchObject({ email, emailVerified: true, isEnrolled: true });
    expect(await validate(verified.accessToken)).toMatchObject({
      isValid: true,
      state: 'CHALLENGE_SUCCEEDED',
      verificationMethod: 'EMAIL_OTP',
      assurance: 'low',
    });
  });

  test('ruling 56: a code stays valid if its address is spelt differently meanwhile, and is revoked if the address changes', async () => {
    const userId = newUser();
    const spelt = (domain: string) => `${userId}@${domain}`;
    const token = await track(userId);
    const first = await enrol(token, spelt('BÜCHER.example'));
    expect(first.status, first.text).toBe(200);
    const again = await enrol(token, spelt('bücher.example'));
    expect(again.body, 'the same authenticator').toEqual(first.body);
    expect(await verify(token, codeTo(spelt('bücher.example')))).toMatchObject({ isVerified: true });
    expect(await user(userId)).toMatchObject({ email: spelt('bücher.example'), emailVerified: true });

    const rename = (email: string) =>
      app.call('PATCH', `/v1/users/${userId}`, { body: { email, emailVerified: true } });
    const next = await challenged(userId);
    await rename(spelt('xn--bcher-kva.example'));
    expect(await verify(next, codeTo(spelt('bücher.example')))).toMatchObject({ isVerified: true });
    const last = await challenged(userId);
    await rename(spelt('buecher.example'));
    expect(await verify(last, codeTo(spelt('xn--bcher-kva.example')))).toMatchObject({ isVerified: false });
    for (const path of ['email-otp', 'email-magic-link']) {
      const reply = await post(`user-authenticators/${path}`, await track(newUser()), {
        email: `mailto:${userId}@x.example`,
      });
      expect([reply.status, reply.body.errorCode]).toEqual([400, 'invalid_request']);
    }
  });

  test('requesting an enrolment again sends again and keeps the authenticator; only the later code is valid (ruling 18)', async () => {
    const userId = newUser();
    const email = addressOf(userId);
    const token = await track(userId);
    const first = await enrol(token, email);
    const firstCode = codeTo(email);
    const second = await enrol(token, email);
    expect(second.body).toEqual(first.body);
    expect(codeTo(email)).not.toBe(firstCode);
    expect(await verify(token, firstCode)).toMatchObject({ isVerified: false });
    expect(await verify(token, codeTo(email))).toMatchObject({ isVerified: true });
  });

  test('A28: a code is revoked when another address is requested', async () => {
    const userId = newUser();
    const [one, two] = [`one-${userId}@example.com`, `two-${userId}@example.com`];
    const token = await track(userId);
    await enrol(token, one);
    const code = codeTo(one);
    await enrol(token, two);
    expect(await verify(token, code)).toMatchObject({ isVerified: false });
    // Nor by another action of the same user, whose pending address was removed meanwhile.
    const other = await track(userId, {}, 'other');
    await enrol(other, one);
    await enrol(token, two);
    expect(await verify(other, codeTo(one))).toMatchObject({ isVerified: false });
    expect(await verify(token, codeTo(two))).toMatchObject({ isVerified: true });
    expect(await user(userId)).toMatchObject({ email: two });
  });

  test('A28: a challenge goes to the enrolled address, whatever the request says; if the backend changes the address, the code is revoked', async () => {
    const { userId, email } = await enrolled();
    const token = await track(userId);
    const sent = await challenge(token, { email: 'thief@example.com', to: 'thief@example.com' });
    expect(sent.body).toEqual({ challengeId: expect.any(String) });
    expect(mailsTo(email)).toHaveLength(1);
    expect(mailsTo('thief@example.com')).toEqual([]);
    const code = codeTo(email);
    await app.call('POST', `/v1/users/${userId}/authenticators`, {
      body: { verificationMethod: 'EMAIL_OTP', email: `new-${email}` },
    });
    expect(await verify(token, code)).toMatchObject({ isVerified: false });
  });

  test('if React requests the challenge twice at once, both requests succeed and the later code is valid', async () => {
    const { userId, email } = await enrolled();
    const token = await track(userId);
    const replies = await Promise.all([challenge(token), challenge(token)]);
    expect(replies.map(({ status }) => status)).toEqual([200, 200]);
    const codes = mailsTo(email).map(({ subject }) => /^\d{6}/.exec(subject)?.[0] ?? '');
    expect(codes).toHaveLength(2);
    const results = [];
    for (const code of codes) results.push(await verify(token, code));
    expect(results.filter(({ isVerified }) => isVerified === true)).toHaveLength(1);
  });

  test('A01, A03: a code is accepted once; only an identical repeat of the request gets the same response again', async () => {
    const { userId, email } = await enrolled();
    const token = await challenged(userId);
    const code = codeTo(email);
    expect(await verify(token, code)).toMatchObject({ isVerified: true });
    for (let count = 0; count < 8; count += 1) {
      const again = await verify(token, code);
      expect(again).toMatchObject({ isVerified: true });
      expect(await validate(again.accessToken)).toMatchObject({ isValid: true });
    }
    expect(await verify(token, wrong(code))).toMatchObject({ isVerified: false });
    expect(await verify(await track(userId), code)).toMatchObject({ isVerified: false });
  });

  test('I3, A29: a code is valid only for the action that it was sent for', async () => {
    const { userId, email } = await enrolled();
    const [one, two] = [await challenged(userId), await track(userId, {}, 'other')];
    expect(await verify(two, codeTo(email))).toMatchObject({ isVerified: false });
    await challenge(two);
    expect(await verify(one, codeTo(email))).toMatchObject({ isVerified: false });
    expect(await verify(two, codeTo(email))).toMatchObject({ isVerified: true });
    expect((await validate(one)).isValid).toBe(false);
  });

  test('N03: a code expires after ten minutes', async () => {
    const { userId, email } = await enrolled();
    await app.call('PATCH', '/v1/management/tenant', {
      key: app.tenant.managementKey,
      body: { tokenDurationInMinutes: 60 },
    });
    const token = await challenged(userId);
    const late = await challenged(userId);
    await app.runtime.advance(10 * 60_000 - 1);
    expect(await verify(late, codeTo(email))).toMatchObject({ isVerified: true });
    await app.runtime.advance(1);
    expect(await verify(token, codeTo(email))).toMatchObject({ isVerified: false });
  });

  test('I2, A05, A09: guesses are counted across codes, resends, actions and the server API; at the limit nothing is compared', async () => {
    const { userId, email } = await enrolled();
    const server = await app.call('POST', '/v1/challenge', {
      body: { verificationMethod: 'EMAIL_OTP', action: 'pay', userId, email },
    });
    for (const guess of ['000000', '000001']) {
      await app.call('POST', '/v1/verify', { body: { challengeId: server.body.challengeId, verificationCode: guess } });
    }
    for (let count = 0; count < 3; count += 1) {
      const token = await challenged(userId);
      expect(await verify(token, wrong(codeTo(email)))).toMatchObject({ failureReason: 'CODE_INVALID_OR_EXPIRED' });
    }
    const token = await challenged(userId);
    const right = codeTo(email);
    expect(await verify(token, right)).toEqual({ isVerified: false, failureReason: 'MAX_ATTEMPTS_EXCEEDED' });
    await app.runtime.advance(31_000);
    expect(await verify(token, right)).toMatchObject({ isVerified: true });
  });

  test('A09: five wrong tries revoke a code, whatever is left of the budget', async () => {
    const { userId, email } = await enrolled();
    const token = await challenged(userId);
    const right = codeTo(email);
    for (let count = 0; count < 5; count += 1) {
      await app.runtime.advance(31_000);
      expect(await verify(token, wrong(right))).toMatchObject({ failureReason: 'CODE_INVALID_OR_EXPIRED' });
    }
    await app.runtime.advance(61_000);
    expect(await verify(token, right)).toEqual({ isVerified: false, failureReason: 'MAX_ATTEMPTS_EXCEEDED' });
    await challenge(token);
    expect(await verify(token, codeTo(email))).toMatchObject({ isVerified: true });
  });

  test('a user gets at most twelve messages in ten minutes, whichever API asks, and the 429 response says when to retry', async () => {
    const { userId, email } = await enrolled();
    const token = await track(userId);
    await app.call('POST', '/v1/challenge', {
      body: { verificationMethod: 'EMAIL_OTP', action: 'pay', userId, email },
    });
    for (let count = 0; count < 11; count += 1) expect((await challenge(token)).status).toBe(200);
    const refused = await challenge(token);
    expect([refused.status, refused.body.errorCode]).toEqual([429, 'too_many_requests']);
    expect(refused.headers['retry-after']).toBe('600');
    expect(mailsTo(email)).toHaveLength(12);
  });

  describe('ruling 44: a request to send only if no code is open', () => {
    const unlessOpen = { unlessOpen: true };
    const shown = async (token: string) => (await app.call('GET', '/v1/client/ui/session', { token })).body.sent;
    const sentTo = (email: string) => ({
      userAuthenticatorId: expect.any(String),
      target: `${email[0]}•••@example.com`,
      expiresAt: expect.any(String),
      codeLength: 6,
    });

    test('sends once, and says how long it is until another may be requested; any other request sends', async () => {
      const { userId, email } = await enrolled();
      const token = await track(userId);
      expect(await shown(token)).toEqual([]);
      const first = await challenge(token, unlessOpen);
      const sent = { ...sentTo(email), resendInSeconds: 30 };
      expect(first.body).toEqual({ challengeId: expect.any(String), sent });
      await app.runtime.advance(9_001);
      const again = await challenge(token, unlessOpen);
      expect(again.body).toEqual({ ...first.body, sent: { ...first.body.sent, resendInSeconds: 21 } });
      expect(await shown(token)).toEqual([{ ...again.body.sent, verificationMethod: 'EMAIL_OTP', isEnrolment: false }]);
      expect(mailsTo(email)).toHaveLength(1);
      await app.runtime.advance(60_000);
      expect((await challenge(token, unlessOpen)).body.sent).toMatchObject({ resendInSeconds: 0 });
      expect(mailsTo(email)).toHaveLength(1);
      expect((await challenge(token)).body).toEqual({ challengeId: expect.any(String) });
      const pressed = await challenge(token, { unlessOpen: false });
      expect(pressed.body).toEqual({ challengeId: expect.any(String), sent });
      expect(mailsTo(email)).toHaveLength(3);
      expect(await verify(token, codeTo(email))).toMatchObject({ isVerified: true });
      expect(await shown(token)).toEqual([]);
    });

    test('sends if the code has less than a minute left or no tries left, for another action, and to another address', async () => {
      const { userId, email } = await enrolled();
      const token = await track(userId);
      await challenge(token, unlessOpen);
      await app.runtime.advance(9 * 60_000);
      await challenge(token, unlessOpen);
      expect(mailsTo(email)).toHaveLength(1);
      await app.runtime.advance(1);
      expect(await shown(token)).toEqual([]);
      await challenge(token, unlessOpen);
      expect(mailsTo(email)).toHaveLength(2);
      for (let count = 0; count < 5; count += 1) await verify(token, wrong(codeTo(email)));
      expect(await shown(token)).toEqual([]);
      await challenge(token, unlessOpen);
      expect(mailsTo(email)).toHaveLength(3);
      const other = await track(userId, {}, 'other');
      expect(await shown(other)).toEqual([]);
      await challenge(other, unlessOpen);
      expect(mailsTo(email)).toHaveLength(4);
      const moved = { verificationMethod: 'EMAIL_OTP', email: `new-${email}` };
      await app.call('POST', `/v1/users/${userId}/authenticators`, { body: moved });
      expect(await shown(token)).toEqual([]);
      await challenge(token, unlessOpen);
      expect(mailsTo(moved.email)).toHaveLength(1);
    });

    test('that arrives together with another one sends once, whichever comes first', async () => {
      const { userId, email } = await enrolled();
      const token = await track(userId);
      const replies = await Promise.all(Array.from({ length: 6 }, () => challenge(token, unlessOpen)));
      expect(new Set(replies.map(({ body }) => body.challengeId)).size).toBe(1);
      expect(replies.map(({ status }) => status)).toEqual(replies.map(() => 200));
      expect(mailsTo(email)).toHaveLength(1);
    });

    test('during the enrolment of an address does not send to the same address again in any spelling, but does send to another', async () => {
      const userId = newUser();
      const [one, two] = [`one-${userId}@example.com`, `two-${userId}@example.com`];
      const token = await track(userId);
      const start = (email: string) => post('user-authenticators/email-otp', token, { email, ...unlessOpen });
      const first = await start(one);
      const sent = { ...sentTo(one), resendInSeconds: 30 };
      expect(first.body).toEqual({ userAuthenticatorId: expect.any(String), userId, sent });
      const { userAuthenticatorId } = first.body;
      const before = mailsTo(one).length;
      expect((await start(one)).body.sent).toMatchObject({ target: 'o•••@example.com' });
      const [pending] = await shown(token);
      expect(pending).toMatchObject({ verificationMethod: 'EMAIL_OTP', isEnrolment: true, target: 'o•••@example.com' });
      const resume = { userAuthenticatorId: pending.userAuthenticatorId, ...unlessOpen };
      expect((await challenge(token, resume)).body.sent).toMatchObject({ target: 'o•••@example.com' });
      expect(mailsTo(one)).toHaveLength(before);
      expect(pending.userAuthenticatorId).toBe(userAuthenticatorId);
      await start(two);
      expect(mailsTo(two)).toHaveLength(1);
      expect(await shown(token)).toMatchObject([{ target: 't•••@example.com' }]);
      expect(await verify(token, codeTo(two))).toMatchObject({ isVerified: true });
    });

    test('A28: a token that may not enrol an address learns nothing of messages to one', async () => {
      const { userId, email } = await enrolled();
      const token = await track(userId, { scope: 'update:authenticators', idempotencyKey: 'k' });
      const plain = await track(userId, { idempotencyKey: 'k' });
      await enrol(token, `second-${email}`);
      expect(await shown(token)).toMatchObject([{ isEnrolment: true }]);
      expect(await shown(plain)).toEqual([]);
      expect((await challenge(plain, unlessOpen)).status).toBe(200);
      expect(mailsTo(email)).toHaveLength(1);
    });

    test('counts in no sending limit if nothing is sent', async () => {
      const { userId, email } = await enrolled();
      const token = await track(userId);
      for (let count = 0; count < 20; count += 1) expect((await challenge(token, unlessOpen)).status).toBe(200);
      for (let count = 0; count < 11; count += 1) expect((await challenge(token)).status).toBe(200);
      expect((await challenge(token)).status).toBe(429);
      // The open one still is.
      expect((await challenge(token, unlessOpen)).status).toBe(200);
      expect(mailsTo(email)).toHaveLength(12);
    });
  });

  test('A11: a token without the scope enrols no second address, not even one whose enrolment was begun', async () => {
    const { userId, email } = await enrolled();
    const token = await track(userId, { scope: 'update:authenticators', idempotencyKey: 'k' });
    const plain = await track(userId, { idempotencyKey: 'k' });
    const added = `second-${email}`;
    expect((await enrol(plain, added)).body.errorCode).toBe('insufficient_scope');
    const { userAuthenticatorId } = (await enrol(token, added)).body;
    expect((await challenge(plain, { userAuthenticatorId })).body.errorCode).toBe('insufficient_scope');
    expect((await verify(plain, codeTo(added))).errorCode).toBe('insufficient_scope');
    // It replaces the first pending one, but not the user's own address.
    expect(await verify(token, codeTo(added))).toMatchObject({ isVerified: true, userAuthenticator: {} });
    expect(await user(userId)).toMatchObject({ email });
    const listed = await app.call('GET', `/v1/users/${userId}/authenticators`);
    expect(listed.body).toEqual([expect.objectContaining({ email: added, userAuthenticatorId })]);
  });

  test('the server API does not treat a pending enrolment as an authenticator', async () => {
    const userId = newUser();
    const email = addressOf(userId);
    await enrol(await track(userId), email);
    const sent = await app.call('POST', '/v1/challenge', {
      body: { verificationMethod: 'EMAIL_OTP', action: 'pay', userId, email },
    });
    const verification = { challengeId: sent.body.challengeId, verificationCode: codeTo(email) };
    expect((await app.call('POST', '/v1/verify', { body: verification })).body).toMatchObject({ isVerified: true });
    expect(await user(userId)).toMatchObject({ isEnrolled: true, defaultVerificationMethod: 'EMAIL_OTP' });

    const second = newUser();
    await enrol(await track(second), addressOf(second));
    const first = await app.call('POST', `/v1/users/${second}/authenticators`, {
      body: { verificationMethod: 'SMS', phoneNumber: '+6421000000' },
    });
    expect(first.body).toMatchObject({ authenticator: { isDefault: true }, recoveryCodes: expect.any(Array) });
    const { userAuthenticatorId } = first.body.authenticator;
    await app.call('DELETE', `/v1/users/${second}/authenticators/${userAuthenticatorId}`);
    const codes = await app.db.query(
      statement<{ n: number }>('test_left_codes', 'select count(*)::int as n from recovery_codes where user_id = $1'),
      [second],
    );
    expect(codes).toEqual([{ n: 0 }]);
  });

  test('a challenge of the client API is unknown to the server API', async () => {
    const { userId, email } = await enrolled();
    const token = await track(userId);
    const { challengeId } = (await challenge(token)).body;
    const body = { challengeId, verificationCode: codeTo(email) };
    expect((await app.call('POST', '/v1/verify', { body })).status).toBe(404);
    expect((await app.call('POST', '/v1/challenge', { body: { challengeId } })).status).toBe(404);
    expect(await verify(token, codeTo(email))).toMatchObject({ isVerified: true });
  });

  test('A04, A19, ruling 45: only the digits of a code count; a code of another length is not a guess, and an address has to be valid', async () => {
    const { userId, email } = await enrolled();
    const token = await challenged(userId);
    const code = codeTo(email);
    for (const odd of [...notGuessesAt(code), ...notGuessesAt(code), ...notGuessesAt(code)]) {
      expect(await verify(token, odd), JSON.stringify(odd)).toEqual({
        isVerified: false,
        failureReason: 'CODE_INVALID_OR_EXPIRED',
      });
    }
    for (const spelling of spellingsOf(code)) {
      expect(await verify(token, spelling), JSON.stringify(spelling)).toMatchObject({ isVerified: true });
    }
    for (const odd of [null, true, [], [code], { $ne: null }, 1e308, Number(code), '', undefined]) {
      const reply = await post('verify/email-otp', token, { verificationCode: odd });
      expect([reply.status, reply.body.errorCode], JSON.stringify(odd)).toEqual([400, 'invalid_request']);
    }
    expect(await verify(token, code)).toMatchObject({ isVerified: true });
    const elevated = await track(userId, { scope: 'add:authenticators' });
    for (const odd of [undefined, null, '', 'x', 'a b@c.d', 'a@b\r\nBcc: c@d.e', ['a@b.c'], { a: 'b' }, 7]) {
      const reply = await post('user-authenticators/email-otp', elevated, { email: odd });
      expect([reply.status, reply.body.errorCode], JSON.stringify(odd)).toEqual([400, 'invalid_request']);
    }
  });

  test('a user without an address cannot be challenged by mail, and a code that was never sent is simply wrong', async () => {
    const token = await track(newUser());
    const reply = await challenge(token);
    expect([reply.status, reply.body.errorCode]).toEqual([400, 'invalid_request']);
    expect(await verify(token, '123456')).toEqual({ isVerified: false, failureReason: 'CODE_INVALID_OR_EXPIRED' });
  });

  test('no code is sent for an action that demands a stronger proof', async () => {
    const { userId, email } = await enrolled();
    await app.call('POST', '/v1/management/action-configurations', {
      key: app.tenant.managementKey,
      body: { actionCode: 'vault', defaultUserActionResult: 'CHALLENGE', minimumAssurance: 'medium' },
    });
    const reply = await challenge(await track(userId, {}, 'vault'));
    expect([reply.status, reply.body.errorCode]).toEqual([403, 'forbidden']);
    expect(mailsTo(email)).toEqual([]);
  });

  test('proving the user’s own address marks it as verified', async () => {
    const { userId, email } = await enrolled();
    await app.call('PATCH', `/v1/users/${userId}`, { body: { emailVerified: false } });
    const token = await challenged(userId);
    expect((await user(userId)).emailVerified).toBe(false);
    await verify(token, codeTo(email));
    expect(await user(userId)).toMatchObject({ email, emailVerified: true });
  });

  test('A65: the database contains no code in clear', async () => {
    const { userId, email } = await enrolled();
    const token = await challenged(userId);
    const code = codeTo(email);
    const dump = async () =>
      (
        await app.db.query(
          statement<{ row: string }>(
            'test_dump_challenges',
            'select c::text as row from challenges c where user_id = $1 union all select a::text from actions_by_month a where user_id = $1',
          ),
          [userId],
        )
      )
        .map(({ row }) => row.replace(/[0-9a-f-]{36}/g, '').replace(/\d{4}-\d\d-\d\d [\d:.+]+/g, ''))
        .join('\n');
    expect(await dump()).not.toContain(code);
    await verify(token, code);
    expect(await dump()).not.toContain(code);
  });
});

test('F18: a mail that was not accepted is not reported as sent', async () => {
  const send = () => Promise.reject(new DeliveryFailed('Refused by the test.', { isRefused: true }));
  const app = await testApp('embedded', { mailer: { send, close: () => undefined } });
  const { token } = (await app.call('POST', '/v1/users/ann/actions/pay')).body;
  const reply = await app.call('POST', '/v1/client/user-authenticators/email-otp', { token, body: { email: 'a@b.c' } });
  expect([reply.status, reply.body.errorCode]).toEqual([400, 'delivery_failed']);
  await app.close();
});
