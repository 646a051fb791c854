/** Worry: a factor is taken away, renamed or made the default by somebody who has not proven enough. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { statement } from '../../src/storage/sql.ts';
import { encodeCbor, softwareKey } from '../../src/testkit/authenticator.ts';
import { testApp } from '../../src/testkit/test-app.ts';
import type { TestApp } from '../../src/testkit/test-app.ts';
import { databaseKinds } from '../../src/testkit/test-database.ts';

const everyScope = 'add:authenticators update:authenticators remove:authenticators';

describe.each(databaseKinds)('the settings of a user by the client API, on the %s database', (kind) => {
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
      otpUri: 'otpauth://totp/x?secret=JBSWY3DPEHPK3PXPJBSWY3DP',
    });
    return { userId, mail, totp };
  }

  test('an authenticator is removed with the scope, the sessions end and the user is told', async () => {
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
    // Beside those of what was added in the same moment, in whatever order they arrive.
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

  test('the last one stays, however the requests race', async () => {
    const { userId, mail, totp } = await withTwo();
    const token = await track(userId, { scope: everyScope });
    const replies = await Promise.all([remove(token, mail), remove(token, totp)]);
    expect(replies.map(({ status }) => status).sort()).toEqual([200, 403]);
    expect((await own(token)).body).toHaveLength(1);
  });

  test('A12: where the tenant lets users switch all off, the last takes the recovery codes along, and enrolling again takes more than a token', async () => {
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
    // What was begun while it was permitted is not completed when it is not any more.
    expect((await start(await track(userId, { scope: 'add:authenticators' }))).status).toBe(200);
  });

  test('a tenant may keep authenticators out of its users’ hands, all or by method', async () => {
    const { userId, mail, totp } = await withTwo();
    const token = await track(userId, { scope: everyScope });
    await configure('AUTHENTICATOR_APP', { isEditableByUser: false });
    expect((await remove(token, totp)).body.errorCode).toBe('forbidden');
    expect((await change(token, totp, { displayName: 'x' })).body.errorCode).toBe('forbidden');
    // Nor is another put in its place.
    const another = await app.call('POST', '/v1/client/user-authenticators/totp', { token });
    expect(another.body.errorCode).toBe('forbidden');
    await manage({ allowDeletingUserAuthenticators: false });
    expect((await remove(token, mail)).body.errorCode).toBe('forbidden');
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
  /** What the settings page offers for each, by its id. */
  async function offered(token: string): Promise<Record<string, { isRemovable: boolean; isLastOf?: string }>> {
    const { authenticators } = (await app.call('GET', '/v1/client/ui/session', { token })).body;
    return Object.fromEntries(
      authenticators.map((one: Record<string, unknown>) => [
        one['userAuthenticatorId'],
        { isRemovable: one['isRemovable'], isLastOf: one['isLastOf'] },
      ]),
    );
  }

  test('the page offers to remove what may be removed, and says what stays as the last one', async () => {
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
    'preventRemovingLastPasskey by the %s shape: of two removed at once one stays; a backend may remove it',
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
      // Nor where the tenant lets users switch everything off.
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

  test('an authenticator gets a name and becomes the default, or stops being it', async () => {
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

  test('A31: somebody else’s authenticator is as absent as none', async () => {
    const [one, other] = [await withTwo(), await withTwo()];
    const token = await track(one.userId, { scope: everyScope });
    for (const id of [other.mail, '00000000-0000-4000-8000-000000000000', 'x']) {
      for (const reply of [await remove(token, id), await change(token, id, { isDefault: true })]) {
        expect([reply.status, reply.body.errorCode]).toEqual([404, 'not_found']);
      }
    }
  });

  test('init offers what the user can prove the action with, never an empty list, and a token that lives no longer', async () => {
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
