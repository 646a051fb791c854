/** Worry: an authenticator is removed, renamed or made the default without a sufficient proof. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { statement } from '../../src/storage/sql.ts';
import { encodeCbor, softwareKey } from '../../src/testkit/authenticator.ts';
import { testApp } from '../../src/testkit/test-app.ts';
import type { TestApp } from '../../src/testkit/test-app.ts';
import { databasesOf } from '../../src/testkit/test-database.ts';

const databaseKinds = databasesOf(import.meta.url, { hasRaces: true });

const otpUri = 'otpauth://totp/x?secret=JBSWY3DPEHPK3PXPJBSWY3DP';
const everyScope = 'add:authenticators update:authenticators remove:authenticators';

describe.each(databaseKinds)('the settings of a user through the client API, on the %s database', (kind) => {
  let app: TestApp;
  let people = 0;
  beforeAll(async () => {
    app = await testApp(kind);
    await manage({ skipRecoveryCodesOnProgrammaticEnrollment: true });
  });
  afterAll(() => app.close());

  const manage = (body: object) => app.call('PATCH', '/v1/management/tenant', { key: app.tenant.managementKey, body });

  async function configure(method: string, body: object): Promise<void> {
    const key = app.tenant.managementKey;
    const path = '/v1/management/authenticator-configurations';
    const { body: all } = await app.call('GET', path, { key });
    const { authenticatorId } = all.find((one: Record<string, unknown>) => one['verificationMethod'] === method);
    const reply = await app.call('PATCH', `${path}/${authenticatorId}`, { key, body });
    expect(reply.status, reply.text).toBe(200);
  }

  async function track(userId: string, body: object = {}, action = 'settings'): Promise<string> {
    return String((await app.call('POST', `/v1/users/${userId}/actions/${action}`, { body })).body.token);
  }

  async function enrol(userId: string, body: object): Promise<string> {
    const reply = await app.call('POST', `/v1/users/${userId}/authenticators`, { body });
    expect(reply.status, reply.text).toBe(200);
    return String(reply.body.authenticator.userAuthenticatorId);
  }

  const own = (token: string) => app.call('GET', '/v1/client/user-authenticators', { token });
  const remove = (token: string, id: string) => app.call('DELETE', `/v1/client/user-authenticators/${id}`, { token });
  const change = (token: string, id: string, body: object) =>
    app.call('PATCH', `/v1/client/user-authenticators/${id}`, { token, body });

  /** A user with a mailed code and an app; the code is the default. */
  async function withTwo(): Promise<{ userId: string; mail: string; totp: string }> {
    const userId = `chooser-${(people += 1)}`;
    const mail = await enrol(userId, { verificationMethod: 'EMAIL_OTP', email: `${userId}@example.com` });
    const totp = await enrol(userId, {
      verificationMethod: 'AUTHENTICATOR_APP',
      otpUri,
    });
    return { userId, mail, totp };
  }

  test('with the scope an authenticator is removed, the user’s sessions end and the user is notified', async () => {
    const { userId, mail, totp } = await withTwo();
    await app.call('PATCH', `/v1/users/${userId}/actions/sign-in/k`, {});
    const signIn = await track(userId, { idempotencyKey: 'k' }, 'sign-in');
    await app.call('PATCH', `/v1/users/${userId}/actions/sign-in/k`, { body: { state: 'CHALLENGE_SUCCEEDED' } });
    const session = await app.call('POST', '/v1/sessions', { body: { token: signIn, clientId: app.tenant.tenantId } });
    const token = await track(userId, { scope: everyScope });
    const removed = await remove(token, mail);
    expect([removed.status, removed.body]).toEqual([200, { success: true }]);
    expect((await own(token)).body).toEqual([expect.objectContaining({ userAuthenticatorId: totp, isDefault: false })]);
    const validated = await app.call('POST', '/v1/sessions/validate', {
      body: { accessToken: session.body.accessToken },
    });
    expect(validated.status).toBe(401);
    await app.runtime.advance(60_000);
    // Among the notices of what was added at the same moment, in any order of arrival.
    const subjects = app.mail().flatMap(({ to, subject }) => (to === `${userId}@example.com` ? [subject] : []));
    expect(subjects).toContainEqual(expect.stringContaining('removed'));
  });

  test('A13: without the scope, or with what a weaker proof or a recovery code earns, nothing is removed or changed', async () => {
    const { userId, mail, totp } = await withTwo();
    const plain = await track(userId);
    await app.call('POST', '/v1/client/challenge/email-otp', { token: plain });
    const verificationCode = /^\d{6}/.exec(app.mail()[0]?.subject ?? '')?.[0];
    const weaker = await app.call('POST', '/v1/client/verify/email-otp', { token: plain, body: { verificationCode } });
    expect(weaker.body).toMatchObject({ isVerified: true });
    for (const token of [plain, weaker.body.accessToken, await track(userId, { scope: 'add:authenticators' })]) {
      for (const reply of [
        await remove(token, totp),
        await remove(token, mail),
        await change(token, totp, { isDefault: true }),
        await change(token, totp, { displayName: 'Mine' }),
      ]) {
        expect([reply.status, reply.body.errorCode]).toEqual([403, 'insufficient_scope']);
      }
    }
    expect((await own(plain)).body).toHaveLength(2);
  });

  test('the last authenticator stays, even if two are removed at once', async () => {
    const { userId, mail, totp } = await withTwo();
    const token = await track(userId, { scope: everyScope });
    const replies = await Promise.all([remove(token, mail), remove(token, totp)]);
    expect(replies.map(({ status }) => status).sort()).toEqual([200, 403]);
    expect((await own(token)).body).toHaveLength(1);
  });

  test('A12: if the tenant lets users remove all, the last one takes the recovery codes along, and enrolling again needs more than a token', async () => {
    const userId = `chooser-${(people += 1)}`;
    await manage({ skipRecoveryCodesOnProgrammaticEnrollment: false, allowDisablingMfa: true });
    const id = await enrol(userId, { verificationMethod: 'EMAIL_OTP', email: `${userId}@example.com` });
    await manage({ skipRecoveryCodesOnProgrammaticEnrollment: true });
    expect((await remove(await track(userId, { scope: everyScope }), id)).status).toBe(200);
    await manage({ allowDisablingMfa: null });
    const codes = await app.db.query(
      statement<{ n: number }>('test_codes_gone', 'select count(*)::int as n from recovery_codes where user_id = $1'),
      [userId],
    );
    expect(codes).toEqual([{ n: 0 }]);
    const start = (token: string) => app.call('POST', '/v1/client/user-authenticators/totp', { token });
    expect((await start(await track(userId))).body.errorCode).toBe('insufficient_scope');
    await manage({ inlineReEnrolment: true });
    expect((await start(await track(userId))).status).toBe(200);
    await manage({ inlineReEnrolment: null });
    // An enrolment that was begun while it was permitted cannot be completed when it no longer is.
    expect((await start(await track(userId, { scope: 'add:authenticators' }))).status).toBe(200);
  });

  const post = (path: string, body: object) => app.call('POST', `/v1/${path}`, { body });
  const codeTo = (email: string) => /^\d{6}/.exec(app.mail().find(({ to }) => to === email)?.subject ?? '')?.[0] ?? '';

  /** A code of a challenge that the backend opened, accepted. */
  async function answered(asked: object, email: string): Promise<string> {
    const { body } = await post('challenge', { verificationMethod: 'EMAIL_OTP', action: 'settings', email, ...asked });
    const { challengeId } = body as { challengeId: string };
    const reply = await post('verify', { challengeId, verificationCode: codeTo(email) });
    expect(reply.body).toMatchObject({ isVerified: true });
    return challengeId;
  }

  /** Every way to enrol an address, or to replace one with another. */
  const waysToEnrol: readonly [string, (userId: string, email: string) => Promise<unknown>][] = [
    ['the secret key', (userId, email) => enrol(userId, { verificationMethod: 'EMAIL_OTP', email })],
    [
      'a challenge of the backend',
      (userId, email) => answered({ userId, scope: 'add:authenticators update:authenticators' }, email),
    ],
    [
      'a challenge that is claimed',
      async (userId, email) => {
        const challengeId = await answered({ scope: 'add:authenticators update:authenticators' }, email);
        expect((await post('claim', { challengeId, userId })).status).toBe(200);
      },
    ],
    [
      'a track with a challenge',
      async (userId, email) => {
        const challengeId = await answered({ scope: 'add:authenticators update:authenticators' }, email);
        expect((await post(`users/${userId}/actions/settings`, { challengeId })).status).toBe(200);
      },
    ],
    [
      'a code through the client API',
      async (userId, email) => {
        const token = await track(userId, { scope: everyScope });
        await app.call('POST', '/v1/client/user-authenticators/email-otp', { token, body: { email } });
        const body = { verificationCode: codeTo(email) };
        const reply = await app.call('POST', '/v1/client/verify/email-otp', { token, body });
        expect(reply.body).toMatchObject({ isVerified: true });
      },
    ],
    [
      'a link',
      async (userId, email) => {
        const token = await track(userId, { scope: everyScope });
        await app.call('POST', '/v1/client/user-authenticators/email-magic-link', { token, body: { email } });
        const [, path = ''] = /http:\/\/localhost:4000(\/\S+)/.exec(app.mail()[0]?.text ?? '') ?? [];
        const page = (await app.call('GET', path, { key: null })).text;
        const fields = [...page.matchAll(/name="(token|pageNonce)"(?: value="| hidden readonly>)([^"<]*)/g)];
        const rawBody = new URLSearchParams(
          fields.map(([, name = '', value = '']): [string, string] => [name, value]),
        ).toString();
        const headers = { 'content-type': 'application/x-www-form-urlencoded' };
        expect((await app.call('POST', '/magic-link', { key: null, rawBody, headers })).text).toContain('Confirmed');
      },
    ],
  ];

  async function signedIn(userId: string): Promise<() => Promise<number>> {
    await track(userId, { idempotencyKey: 'signed-in' }, 'sign-in');
    const path = `/v1/users/${userId}/actions/sign-in/signed-in`;
    await app.call('PATCH', path, { body: { state: 'CHALLENGE_SUCCEEDED' } });
    const token = await track(userId, { idempotencyKey: 'signed-in' }, 'sign-in');
    const { accessToken } = (await post('sessions', { token, clientId: app.tenant.tenantId })).body;
    const status = async () => (await post('sessions/validate', { accessToken })).status;
    expect(await status()).toBe(200);
    return status;
  }

  const enrolledBy = async (userId: string) =>
    (
      await app.db.query(
        statement<{ data: object }>(
          'test_enrolments_told',
          `select data from audit_events where user_id = $1 and data ->> 'enrolled' = 'true' order by happened_at desc limit 1`,
        ),
        [userId],
      )
    )[0]?.data;

  test.each(waysToEnrol)(
    'ruling 17: when %s replaces the e-mail address, sessions end, the earlier address is notified and the rest stays',
    async (way, replace) => {
      const userId = `chooser-${(people += 1)}`;
      const method = way === 'a link' ? 'EMAIL_MAGIC_LINK' : 'EMAIL_OTP';
      await enrol(userId, { verificationMethod: method, email: `${userId}@old.example` });
      const session = await signedIn(userId);
      await app.runtime.advance(60_000);
      const told = app.mail().length;
      await replace(userId, `${userId}@new.example`);
      expect(await session()).toBe(401);
      expect((await app.call('GET', `/v1/users/${userId}/authenticators`)).body).toEqual([
        expect.objectContaining({ verificationMethod: method, email: `${userId}@new.example`, isDefault: true }),
      ]);
      // The user's display name is not replaced by their address.
      expect((await app.call('GET', `/v1/users/${userId}`)).body).toMatchObject({ email: `${userId}@old.example` });
      expect(await enrolledBy(userId)).toMatchObject({ isFirst: false, replaced: true, verificationMethod: method });
      await app.runtime.advance(60_000);
      const notices = app.mail().slice(0, app.mail().length - told);
      expect(notices.flatMap(({ to, subject }) => (/added/.test(subject) ? [to] : []))).toEqual([
        `${userId}@old.example`,
      ]);
    },
  );

  test('ruling 17: an update of the user that moves an authenticator to another address ends sessions and notifies the earlier address', async () => {
    const userId = `chooser-${(people += 1)}`;
    await enrol(userId, { verificationMethod: 'EMAIL_OTP', email: `${userId}@old.example` });
    const session = await signedIn(userId);
    const update = (email: string) =>
      app.call('PATCH', `/v1/users/${userId}`, { body: { email, emailVerified: true } });
    await update(`${userId}@old.example`);
    expect(await session()).toBe(200);
    await update(`${userId}@new.example`);
    expect(await session()).toBe(401);
    await app.runtime.advance(60_000);
    const added = app.mail().filter(({ to, subject }) => to.startsWith(userId) && subject.includes('added'));
    expect(added.map(({ to }) => to)).toEqual([`${userId}@old.example`]);
  });

  test.each(waysToEnrol)(
    'A12: a user who removed their last authenticator is like any other once %s has enrolled them again',
    async (_way, enrolAgain) => {
      const userId = `chooser-${(people += 1)}`;
      const email = `${userId}@example.com`;
      await manage({ allowDisablingMfa: true });
      const id = await enrol(userId, { verificationMethod: 'AUTHENTICATOR_APP', otpUri });
      expect((await remove(await track(userId, { scope: everyScope }), id)).status).toBe(200);
      await manage({ allowDisablingMfa: null });
      const start = async () =>
        (await app.call('POST', '/v1/client/user-authenticators/totp', { token: await track(userId) })).status;
      expect(await start()).toBe(403);
      await enrolAgain(userId, email);
      expect(await enrolledBy(userId)).toMatchObject({ isFirst: true, replaced: false });
      expect((await app.call('GET', `/v1/users/${userId}`)).body).toMatchObject({ email, emailVerified: true });
      const [again] = (await app.call('GET', `/v1/users/${userId}/authenticators`)).body;
      expect(again).toMatchObject({ email, isDefault: true });
      await app.call('DELETE', `/v1/users/${userId}/authenticators/${again.userAuthenticatorId}`);
      expect(await start()).toBe(200);
    },
  );

  test('a tenant may stop its users from changing authenticators, for all methods or one by one', async () => {
    const { userId, mail, totp } = await withTwo();
    const token = await track(userId, { scope: everyScope });
    await configure('AUTHENTICATOR_APP', { isEditableByUser: false });
    expect((await remove(token, totp)).body.errorCode).toBe('forbidden');
    expect((await change(token, totp, { displayName: 'x' })).body.errorCode).toBe('forbidden');
    // No other one replaces it either.
    const another = await app.call('POST', '/v1/client/user-authenticators/totp', { token });
    expect(another.body.errorCode).toBe('forbidden');
    await manage({ allowDeletingUserAuthenticators: false });
    // Ruling 47: this is the tenant's configuration, which does not bind the backend.
    const off = await remove(token, mail);
    expect([off.status, off.body.errorCode]).toEqual([400, 'invalid_configuration']);
    expect((await change(token, mail, { displayName: 'x' })).status).toBe(200);
    await manage({ allowDeletingUserAuthenticators: null });
    const { body } = await app.call('GET', '/v1/client/authenticators', { token });
    expect(body).toContainEqual({
      authenticatorId: expect.any(String),
      verificationMethod: 'AUTHENTICATOR_APP',
      isActive: true,
      isEditableByUser: false,
    });
    expect(body).toHaveLength(6);
    await configure('AUTHENTICATOR_APP', { isEditableByUser: null });
  });

  const enrolPasskey = (userId: string) => {
    const { credentialId, publicKey } = softwareKey();
    return enrol(userId, {
      verificationMethod: 'PASSKEY',
      credentialId: credentialId.toString('base64url'),
      credentialPublicKey: encodeCbor(publicKey).toString('base64url'),
    });
  };
  /** What the settings page offers for each authenticator, by id. */
  async function offered(token: string): Promise<Record<string, { isRemovable: boolean; isLastOf?: string }>> {
    const { authenticators } = (await app.call('GET', '/v1/client/ui/session', { token })).body;
    return Object.fromEntries(
      authenticators.map((one: Record<string, unknown>) => [
        one['userAuthenticatorId'],
        { isRemovable: one['isRemovable'], isLastOf: one['isLastOf'] },
      ]),
    );
  }

  test('the page offers to remove only what may be removed, and says which one stays as the last', async () => {
    const { userId, mail, totp } = await withTwo();
    const token = await track(userId, { scope: everyScope });
    expect(await offered(token)).toEqual({ [mail]: { isRemovable: true }, [totp]: { isRemovable: true } });
    await configure('AUTHENTICATOR_APP', { isEditableByUser: false });
    expect(await offered(token)).toEqual({ [mail]: { isRemovable: true }, [totp]: { isRemovable: false } });
    await configure('AUTHENTICATOR_APP', { isEditableByUser: null });
    await manage({ allowDeletingUserAuthenticators: false });
    expect(await offered(token)).toEqual({ [mail]: { isRemovable: false }, [totp]: { isRemovable: false } });
    await manage({ allowDeletingUserAuthenticators: null });
    expect((await remove(token, totp)).status).toBe(200);
    expect(await offered(token)).toEqual({ [mail]: { isRemovable: false, isLastOf: 'authenticators' } });
  });

  test.each([
    [
      'singleton',
      (body: object) =>
        app.call('PATCH', '/v1/management/authenticator-configurations/passkey', {
          key: app.tenant.managementKey,
          body: { relyingParty: 'localhost', expectedOrigins: ['http://localhost:4000'], ...body },
        }),
    ],
    ['older', (body: object) => configure('PASSKEY', body)],
  ] as const)(
    'preventRemovingLastPasskey in its %s form: if two are removed at once, one stays; a backend may remove it',
    async (_shape, set) => {
      const { userId, mail, totp } = await withTwo();
      const passkeys = [await enrolPasskey(userId), await enrolPasskey(userId)];
      const token = await track(userId, { scope: everyScope });
      await set({ preventRemovingLastPasskey: true });
      expect(Object.values(await offered(token)).map(({ isRemovable }) => isRemovable)).toEqual([
        true,
        true,
        true,
        true,
      ]);
      const replies = await Promise.all(passkeys.map((id) => remove(token, id)));
      expect(replies.map(({ status }) => status).sort()).toEqual([200, 403]);
      const kept = passkeys[replies.findIndex(({ status }) => status === 403)] ?? '';
      expect(await offered(token)).toEqual({
        [mail]: { isRemovable: true },
        [totp]: { isRemovable: true },
        [kept]: { isRemovable: false, isLastOf: 'passkeys' },
      });
      expect((await remove(token, totp)).status).toBe(200);
      // The same holds if the tenant lets users remove everything.
      await manage({ allowDisablingMfa: true });
      expect((await remove(token, mail)).status).toBe(200);
      const last = await remove(token, kept);
      expect([last.status, last.body.errorCode]).toEqual([403, 'forbidden']);
      expect((await app.call('DELETE', `/v1/users/${userId}/authenticators/${kept}`)).status).toBe(200);
      await manage({ allowDisablingMfa: null });
      await set({ preventRemovingLastPasskey: null });
      const another = await enrolPasskey(userId);
      await enrol(userId, { verificationMethod: 'EMAIL_OTP', email: `${userId}@example.com` });
      expect((await remove(await track(userId, { scope: everyScope }), another)).status).toBe(200);
    },
  );

  test('an authenticator can be renamed and made the default, or stop being it', async () => {
    const { userId, totp } = await withTwo();
    const token = await track(userId, { scope: 'update:authenticators' });
    const named = await change(token, totp, { displayName: 'My phone <b>', isDefault: true });
    expect(named.body).toMatchObject({ userAuthenticatorId: totp, displayName: 'My phone <b>', isDefault: true });
    expect((await own(token)).body[1]).toEqual(named.body);
    expect((await app.call('GET', `/v1/users/${userId}`)).body).toMatchObject({
      defaultVerificationMethod: 'AUTHENTICATOR_APP',
    });
    expect((await change(token, totp, { isDefault: false })).body).toMatchObject({ isDefault: false });
    for (const displayName of ['', 'x'.repeat(257), 'a\nb', 7, ['x']]) {
      const reply = await change(token, totp, { displayName });
      expect([reply.status, reply.body.errorCode]).toEqual([400, 'invalid_request']);
    }
  });

  test('A31: another user’s authenticator gets the same response as one that does not exist', async () => {
    const [one, other] = [await withTwo(), await withTwo()];
    const token = await track(one.userId, { scope: everyScope });
    for (const id of [other.mail, '00000000-0000-4000-8000-000000000000', 'x']) {
      for (const reply of [await remove(token, id), await change(token, id, { isDefault: true })]) {
        expect([reply.status, reply.body.errorCode]).toEqual([404, 'not_found']);
      }
    }
  });

  test('init offers the methods that can prove the action, never an empty list, and its token lives no longer than the old one', async () => {
    const { userId } = await withTwo();
    const ask = async (token: string) =>
      (await app.call('POST', '/v1/client/init', { token, body: {} })).body.challengeOptions;
    const token = await track(userId, { email: `${userId}@example.com` });
    await app.runtime.advance(9 * 60_000);
    const options = await ask(token);
    expect(options).toEqual({
      token: expect.any(String),
      defaultVerificationMethod: 'EMAIL_OTP',
      verificationMethods: ['AUTHENTICATOR_APP', 'EMAIL_OTP'],
      user: { email: 'c•••@example.com' },
    });
    expect((await own(options.token)).status).toBe(200);
    await app.runtime.advance(60_000);
    expect((await own(options.token)).body.errorCode).toBe('expired_token');

    await app.call('POST', '/v1/management/action-configurations', {
      key: app.tenant.managementKey,
      body: { actionCode: 'vault', defaultUserActionResult: 'CHALLENGE', minimumAssurance: 'medium' },
    });
    expect(await ask(await track(userId, {}, 'vault'))).toMatchObject({ verificationMethods: ['AUTHENTICATOR_APP'] });
    expect(await ask(await track('nobody-yet'))).toEqual({ token: expect.any(String), user: {} });
  });
});
