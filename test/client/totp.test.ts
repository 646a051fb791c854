/** Worry: a code of an authenticator app works twice, or for another user, or lets an attacker add an authenticator. */
import { Secret, TOTP } from 'otpauth';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { statement } from '../../src/storage/sql.ts';
import { testApp } from '../../src/testkit/test-app.ts';
import type { TestApp } from '../../src/testkit/test-app.ts';
import { databasesOf } from '../../src/testkit/test-database.ts';
import { notGuessesAt, spellingsOf } from '../rig/code-spellings.ts';

const databaseKinds = databasesOf(import.meta.url);

const claimsOf = (token: string): { scope: string; exp: number } =>
  JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString());

describe.each(databaseKinds)('an authenticator app through the client API, on the %s database', (kind) => {
  let app: TestApp;
  let people = 0;
  beforeAll(async () => {
    app = await testApp(kind);
    // The test's clock begins in the middle of a time step.
    await app.runtime.advance(15_000);
  });
  afterAll(() => app.close());

  const newUser = () => `app-user-${(people += 1)}`;

  async function track(userId: string, body: object = {}, action = 'pay'): Promise<string> {
    const reply = await app.call('POST', `/v1/users/${userId}/actions/${action}`, { body });
    expect(reply.status, reply.text).toBe(200);
    return String(reply.body.token);
  }

  const post = (path: string, token: string, body?: object) =>
    app.call('POST', `/v1/client/${path}`, { token, ...(body === undefined ? {} : { body }) });
  const verify = async (token: string, verificationCode: unknown) =>
    (await post('verify/totp', token, { verificationCode })).body;
  const validate = async (token: string) => (await app.call('POST', '/v1/validate', { body: { token } })).body;
  // An independent implementation computes the codes.
  const codeOf = (secret: string, offsetMs = 0) =>
    new TOTP({ secret: Secret.fromBase32(secret) }).generate({ timestamp: app.runtime.clock.now() + offsetMs });

  /** A user with an app, whose present time step is not used up. */
  async function enrolled(): Promise<{ userId: string; secret: string; accessToken: string }> {
    const userId = newUser();
    const token = await track(userId);
    const { secret } = (await post('user-authenticators/totp', token)).body;
    const reply = await verify(token, codeOf(secret));
    expect(reply.isVerified).toBe(true);
    await app.runtime.advance(90_000);
    return { userId, secret, accessToken: reply.accessToken };
  }

  test('is enrolled with an empty body, and its first code completes the action', async () => {
    const userId = newUser();
    const token = await track(userId, { username: 'jane:doe' });
    const { status, body, text } = await post('user-authenticators/totp', token);
    expect(status, text).toBe(200);
    expect(body).toEqual({
      userAuthenticatorId: expect.stringMatching(/^[0-9a-f-]{36}$/),
      userId,
      secret: expect.stringMatching(/^[A-Z2-7]{32}$/),
      uri: `otpauth://totp/Test%20tenant:jane%20doe?secret=${body.secret}&issuer=Test%20tenant`,
    });
    expect((await app.call('GET', '/v1/client/user-authenticators', { token })).body).toEqual([]);
    expect(await verify(token, '000000')).toEqual({ isVerified: false, failureReason: 'CODE_INVALID_OR_EXPIRED' });
    expect((await validate(token)).isValid).toBe(false);

    const verified = await verify(token, codeOf(body.secret));
    expect(verified).toEqual({
      isVerified: true,
      accessToken: expect.any(String),
      userAuthenticator: expect.objectContaining({
        userAuthenticatorId: body.userAuthenticatorId,
        verificationMethod: 'AUTHENTICATOR_APP',
        isDefault: true,
      }),
    });
    expect(await validate(verified.accessToken)).toMatchObject({
      isValid: true,
      state: 'CHALLENGE_SUCCEEDED',
      userId,
      action: 'pay',
      verificationMethod: 'AUTHENTICATOR_APP',
      assurance: 'medium',
    });
    expect((await app.call('GET', `/v1/users/${userId}`)).body).toMatchObject({
      isEnrolled: true,
      defaultVerificationMethod: 'AUTHENTICATOR_APP',
    });
    const listed = await app.call('GET', '/v1/client/user-authenticators', { token: verified.accessToken });
    expect(listed.body).toEqual([verified.userAuthenticator]);
  });

  test('A03: a used time step is refused on the same action, on another, and after a later step', async () => {
    const { userId, secret } = await enrolled();
    const first = await track(userId);
    const code = codeOf(secret);
    expect(await verify(first, code)).toMatchObject({ isVerified: true });
    expect(await verify(await track(userId), code)).toMatchObject({ isVerified: false });
    expect(await verify(await track(userId), codeOf(secret, -30_000))).toMatchObject({ isVerified: false });
    expect(await verify(await track(userId), codeOf(secret, 30_000))).toMatchObject({ isVerified: true });
  });

  test('A03: the code that enrolled an app does not work again as a challenge', async () => {
    const userId = newUser();
    const token = await track(userId);
    const { secret } = (await post('user-authenticators/totp', token)).body;
    const code = codeOf(secret);
    expect(await verify(token, code)).toMatchObject({ isVerified: true });
    expect(await verify(await track(userId), code)).toMatchObject({ isVerified: false });
  });

  test('A03: a time step stays used when the backend enrols the same app again', async () => {
    const userId = newUser();
    const enrol = (secret: string) =>
      app.call('POST', `/v1/users/${userId}/authenticators`, {
        body: { verificationMethod: 'AUTHENTICATOR_APP', otpUri: `otpauth://totp/x?secret=${secret}` },
      });
    const secret = new Secret({ size: 20 }).base32;
    const first = await enrol(secret);
    const code = codeOf(secret);
    expect(await verify(await track(userId), code)).toMatchObject({ isVerified: true });
    const again = await enrol(secret);
    expect(again.body.authenticator).toMatchObject({
      userAuthenticatorId: first.body.authenticator.userAuthenticatorId,
      verifiedAt: first.body.authenticator.verifiedAt,
    });
    expect(await verify(await track(userId), code)).toMatchObject({ isVerified: false });
    // Another seed is another app, whose time steps are all unused.
    const other = new Secret({ size: 20 }).base32;
    await enrol(other);
    expect(await verify(await track(userId), codeOf(other))).toMatchObject({ isVerified: true });
  });

  test('ruling 56: an imported app keeps its own period, digits and hash', async () => {
    const userId = newUser();
    const own = new TOTP({ secret: new Secret({ size: 32 }), period: 20, digits: 8, algorithm: 'SHA256' });
    const otpUri = `OTPAUTH://TOTP/x?secret=${own.secret.base32.replace(/.{4}/g, '$&-')}&period=20&digits=8&algorithm=sha-256`;
    const enrolled = await app.call('POST', `/v1/users/${userId}/authenticators`, {
      body: { verificationMethod: 'AUTHENTICATOR_APP', otpUri },
    });
    expect(enrolled.status, enrolled.text).toBe(200);
    const ownCode = (offsetMs = 0) => own.generate({ timestamp: app.runtime.clock.now() + offsetMs });
    const token = await track(userId);
    const session = await app.call('GET', '/v1/client/ui/session', { token });
    expect(session.body.challengeMethods[0]).toMatchObject({ verificationMethod: 'AUTHENTICATOR_APP', codeLength: 8 });
    const first = ownCode();
    expect(await verify(token, first.slice(2))).toMatchObject({ isVerified: false });
    expect(await verify(token, first)).toMatchObject({ isVerified: true });
    expect(await verify(await track(userId), first), 'it is used up').toMatchObject({ isVerified: false });
    await app.runtime.advance(20_000);
    expect(await verify(await track(userId), ownCode(-20_000)), 'by its own period').toMatchObject({
      isVerified: false,
    });
    expect(await verify(await track(userId), ownCode())).toMatchObject({ isVerified: true });
    await app.runtime.advance(60_000);
    expect(await verify(await track(userId), ownCode(-40_000))).toMatchObject({ isVerified: false });
    expect(await verify(await track(userId), ownCode(20_000))).toMatchObject({ isVerified: true });
  });

  test('ruling 40: repeating the code that enrolled an app beside another authenticator earns no more', async () => {
    const userId = newUser();
    const email = { verificationMethod: 'EMAIL_OTP', email: `${userId}@example.com` };
    await app.call('POST', `/v1/users/${userId}/authenticators`, { body: email });
    const token = await track(userId, { scope: 'add:authenticators' });
    const { secret } = (await post('user-authenticators/totp', token)).body;
    const code = codeOf(secret);
    const { accessToken } = await verify(token, code);
    const repeated = await verify(token, code);
    expect(repeated.isVerified).toBe(true);
    for (const earned of [accessToken, repeated.accessToken]) {
      expect(claimsOf(earned).scope).toBe('read:authenticators add:authenticators');
    }
  });

  test('a repeated code does not extend the time it earned', async () => {
    const { userId, secret } = await enrolled();
    const code = codeOf(secret);
    const { accessToken } = await verify(await track(userId, { idempotencyKey: 'stay' }), code);
    await app.runtime.advance(5 * 60_000);
    const again = await track(userId, { idempotencyKey: 'stay' });
    const repeated = await verify(again, code);
    expect(repeated.isVerified).toBe(true);
    expect(claimsOf(repeated.accessToken).exp).toBe(claimsOf(accessToken).exp);
    await app.runtime.advance(5 * 60_000 - 500);
    expect(await verify(again, code)).toMatchObject({ isVerified: false });
  });

  test('N13: the audit log distinguishes a code that was used before; the response does not', async () => {
    const { userId, secret } = await enrolled();
    const code = codeOf(secret);
    await verify(await track(userId), code);
    expect(await verify(await track(userId), code)).toEqual(await verify(await track(userId), '000000'));
    const events = await app.db.query(
      statement<{ reason: string }>(
        'test_refusal_reasons',
        `select data ->> 'reason' as reason from audit_events
         where user_id = $1 and event_type = 'challenge.refused' order by event_id`,
      ),
      [userId],
    );
    expect(events.map(({ reason }) => reason)).toEqual(['CODE_REPLAYED', 'CODE_INVALID_OR_EXPIRED']);
  });

  test('N27: a session that began with the app ends when another app replaces it', async () => {
    const { userId, secret } = await enrolled();
    const token = await track(userId);
    const { accessToken } = await verify(token, codeOf(secret));
    const session = await app.call('POST', '/v1/sessions', {
      body: { token: accessToken, clientId: app.tenant.tenantId },
    });
    const validated = async () =>
      (await app.call('POST', '/v1/sessions/validate', { body: { accessToken: session.body.accessToken } })).status;
    expect(await validated()).toBe(200);
    const replacement = (await post('user-authenticators/totp', accessToken)).body;
    expect(await validated()).toBe(200);
    expect(await verify(accessToken, codeOf(replacement.secret))).toMatchObject({ isVerified: true });
    expect(await validated()).toBe(401);
  });

  test('an identical repeat gets the lost response again, and costs no guess', async () => {
    const { userId, secret } = await enrolled();
    const token = await track(userId);
    const code = codeOf(secret);
    expect(await verify(token, code)).toMatchObject({ isVerified: true });
    for (let count = 0; count < 8; count += 1) {
      const again = await verify(token, code);
      expect(again).toMatchObject({ isVerified: true });
      expect(await validate(again.accessToken)).toMatchObject({ isValid: true });
    }
    expect(await verify(token, codeOf(secret, -30_000))).toMatchObject({ isVerified: false });
  });

  test('one time step of clock drift is accepted either way, two are not', async () => {
    for (const [offsetMs, isVerified] of [
      [-30_000, true],
      [30_000, true],
      [-60_000, false],
      [60_000, false],
    ] as const) {
      const { userId, secret } = await enrolled();
      expect(await verify(await track(userId), codeOf(secret, offsetMs)), String(offsetMs)).toMatchObject({
        isVerified,
      });
    }
  });

  test('A04, A19, ruling 45: only the digits of a code count, and a code of another length is not a guess', async () => {
    const { userId, secret } = await enrolled();
    const code = codeOf(secret);
    const token = await track(userId);
    for (const odd of [...notGuessesAt(code), ...notGuessesAt(code), ...notGuessesAt(code)]) {
      expect(await verify(token, odd), JSON.stringify(odd)).toEqual({
        isVerified: false,
        failureReason: 'CODE_INVALID_OR_EXPIRED',
      });
    }
    for (const spelling of spellingsOf(code)) {
      expect(await verify(token, spelling), JSON.stringify(spelling)).toMatchObject({ isVerified: true });
    }
    for (const wrong of [null, true, [], [code], { $ne: null }, 1e308, Number(code), '', undefined]) {
      const reply = await post('verify/totp', token, { verificationCode: wrong });
      expect([reply.status, reply.body.errorCode], JSON.stringify(wrong)).toEqual([400, 'invalid_request']);
    }
    expect(await verify(token, code)).toMatchObject({ isVerified: true });
  });

  test('ruling 45: the number of digits is the app’s own, and the page asks for as many', async () => {
    const userId = newUser();
    const secret = 'JBSWY3DPEHPK3PXPJBSWY3DP';
    const otpUri = `otpauth://totp/x?secret=${secret}&digits=8`;
    await app.call('POST', `/v1/users/${userId}/authenticators`, {
      body: { verificationMethod: 'AUTHENTICATOR_APP', otpUri },
    });
    const token = await track(userId);
    const session = await app.call('GET', '/v1/client/ui/session', { token });
    expect(session.body.challengeMethods).toContainEqual(
      expect.objectContaining({ verificationMethod: 'AUTHENTICATOR_APP', codeLength: 8 }),
    );
    for (let count = 0; count < 25; count += 1)
      expect(await verify(token, '123456')).toMatchObject({ isVerified: false });
    const code = new TOTP({ secret: Secret.fromBase32(secret), digits: 8 }).generate({
      timestamp: app.runtime.clock.now(),
    });
    expect(await verify(token, `${code.slice(0, 4)} ${code.slice(4)}`)).toMatchObject({ isVerified: true });
  });

  test.each(['BLOCK', 'CHALLENGE_FAILED', 'REVIEW_FAILED'])(
    'ruling 42: while the action is %s nothing can be started, proven, enrolled or changed, and the page still responds',
    async (state) => {
      const { userId, secret } = await enrolled();
      const body = { idempotencyKey: 'k', scope: 'add:authenticators update:authenticators remove:authenticators' };
      const token = await track(userId, body);
      const path = `/v1/users/${userId}/actions/pay/k`;
      expect((await app.call('PATCH', path, { body: { state } })).status).toBe(200);
      const [own] = (await app.call('GET', `/v1/users/${userId}/authenticators`)).body;
      for (const [method, route, sent] of [
        ['POST', 'verify/totp', { verificationCode: codeOf(secret) }],
        ['POST', 'user-authenticators/totp', undefined],
        ['POST', 'user-authenticators/email-otp', { email: 'a@b.example' }],
        ['POST', 'user-authenticators/recovery-codes', undefined],
        ['POST', 'user-authenticators/passkey/registration-options', {}],
        ['POST', 'user-authenticators/passkey/authentication-options', {}],
        ['PATCH', `user-authenticators/${own.userAuthenticatorId}`, { displayName: 'Mine' }],
        ['DELETE', `user-authenticators/${own.userAuthenticatorId}`, undefined],
      ] as const) {
        const reply = await app.call(method, `/v1/client/${route}`, {
          token,
          ...(sent === undefined ? {} : { body: sent }),
        });
        expect([reply.status, reply.body.errorCode], `${method} ${route}`).toEqual([403, 'forbidden']);
      }
      const session = await app.call('GET', '/v1/client/ui/session', { token });
      expect([session.status, session.body.action.state]).toEqual([200, state]);
    },
  );

  test('ruling 42: while the action awaits a review a proof is accepted, but earns no scope and enrols nothing', async () => {
    const { userId, secret } = await enrolled();
    const token = await track(userId, { idempotencyKey: 'k', scope: 'add:authenticators remove:authenticators' });
    const path = `/v1/users/${userId}/actions/pay/k`;
    await app.call('PATCH', path, { body: { state: 'REVIEW_REQUIRED' } });
    const proven = await verify(token, codeOf(secret));
    expect(proven.isVerified).toBe(true);
    expect(claimsOf(proven.accessToken).scope).toBe('read:authenticators');
    expect((await app.call('GET', path)).body.state).toBe('REVIEW_REQUIRED');
    const again = await verify(token, codeOf(secret));
    expect(claimsOf(again.accessToken).scope).toBe('read:authenticators');
    for (const as of [token, proven.accessToken]) {
      for (const route of ['totp', 'passkey/registration-options']) {
        const reply = await post(`user-authenticators/${route}`, as, route === 'totp' ? undefined : {});
        expect([reply.status, reply.body.errorCode], route).toEqual([403, 'forbidden']);
      }
      const [own] = (await app.call('GET', `/v1/users/${userId}/authenticators`)).body;
      const removed = await app.call('DELETE', `/v1/client/user-authenticators/${own.userAuthenticatorId}`, {
        token: as,
      });
      expect([removed.status, removed.body.errorCode]).toEqual([403, 'insufficient_scope']);
    }
    const session = await app.call('GET', '/v1/client/ui/session', { token });
    expect(session.body.enrolmentMethods).toEqual([]);
  });

  test('A05: guesses are counted across all actions of the user; at the limit even the correct code is refused', async () => {
    const { userId, secret } = await enrolled();
    for (let count = 0; count < 5; count += 1) {
      expect(await verify(await track(userId), '000000')).toMatchObject({ failureReason: 'CODE_INVALID_OR_EXPIRED' });
    }
    const token = await track(userId);
    expect(await verify(token, codeOf(secret))).toEqual({ isVerified: false, failureReason: 'MAX_ATTEMPTS_EXCEEDED' });
    await app.runtime.advance(31_000);
    expect(await verify(token, codeOf(secret))).toMatchObject({ isVerified: true });
    expect(await verify(token, '000000')).toMatchObject({ failureReason: 'CODE_INVALID_OR_EXPIRED' });
  });

  test('A11: a token without the scope adds no second authenticator, not even one whose enrolment was begun', async () => {
    const { userId, secret, accessToken } = await enrolled();
    const plain = await track(userId);
    const refused = await post('user-authenticators/totp', plain);
    expect([refused.status, refused.body.errorCode]).toEqual([403, 'insufficient_scope']);

    const elevated = (await post('user-authenticators/totp', accessToken)).body;
    expect(elevated.secret).not.toBe(secret);
    // A token that may not add an authenticator cannot use the secret of a pending one either.
    expect(await verify(plain, codeOf(elevated.secret))).toMatchObject({ isVerified: false });
    expect(await verify(plain, codeOf(secret))).toMatchObject({ isVerified: true });
    expect(await verify(accessToken, codeOf(elevated.secret))).toMatchObject({ isVerified: true });
    // It has replaced the first.
    await app.runtime.advance(90_000);
    expect(await verify(await track(userId), codeOf(secret))).toMatchObject({ isVerified: false });
    expect(await verify(await track(userId), codeOf(elevated.secret))).toMatchObject({ isVerified: true });
  });

  test('a scope that the backend requested counts without a proof', async () => {
    const { userId } = await enrolled();
    const added = await post('user-authenticators/totp', await track(userId, { scope: 'add:authenticators' }));
    // Ruling 40: replacing an authenticator needs the update scope.
    expect(added.body.errorCode).toBe('insufficient_scope');
    const token = await track(userId, { scope: 'update:authenticators' });
    expect((await post('user-authenticators/totp', token)).status).toBe(200);
  });

  test('a registration is a proof of the first authenticator only: a second one does not complete the action', async () => {
    const { userId } = await enrolled();
    const token = await track(userId, { scope: 'update:authenticators' });
    const { secret } = (await post('user-authenticators/totp', token)).body;
    const reply = await verify(token, codeOf(secret));
    expect(reply).toMatchObject({ isVerified: true });
    expect(await validate(reply.accessToken)).toMatchObject({ isValid: false, state: 'CHALLENGE_REQUIRED' });
  });

  test.each(['BLOCK', 'CHALLENGE_FAILED'])('nothing can be proven for an action that is %s', async (state) => {
    const { userId, secret } = await enrolled();
    const token = await track(userId, { idempotencyKey: 'k' });
    await app.call('PATCH', `/v1/users/${userId}/actions/pay/k`, { body: { state } });
    for (const reply of [
      await post('verify/totp', token, { verificationCode: codeOf(secret) }),
      await post('user-authenticators/totp', token),
      await app.call('GET', '/v1/client/user-authenticators', { token }),
    ]) {
      expect([reply.status, reply.body.errorCode]).toEqual([403, 'forbidden']);
    }
  });

  test('a proof does not change the state of an action under review', async () => {
    const { userId, secret } = await enrolled();
    const token = await track(userId, { idempotencyKey: 'k' });
    await app.call('PATCH', `/v1/users/${userId}/actions/pay/k`, { body: { state: 'REVIEW_REQUIRED' } });
    const reply = await verify(token, codeOf(secret));
    expect(reply).toMatchObject({ isVerified: true });
    expect(await validate(reply.accessToken)).toMatchObject({ isValid: false, state: 'REVIEW_REQUIRED' });
  });

  test('I3: a code of one user does not work for another', async () => {
    const { secret } = await enrolled();
    const other = await enrolled();
    expect(await verify(await track(other.userId), codeOf(secret))).toMatchObject({ isVerified: false });
  });

  test('an action that demands more than a code refuses it before checking it', async () => {
    const { userId, secret } = await enrolled();
    await app.call('POST', '/v1/management/action-configurations', {
      key: app.tenant.managementKey,
      body: { actionCode: 'vault', defaultUserActionResult: 'CHALLENGE', verificationMethods: ['PASSKEY'] },
    });
    const reply = await post('verify/totp', await track(userId, {}, 'vault'), { verificationCode: codeOf(secret) });
    expect([reply.status, reply.body.errorCode]).toEqual([403, 'forbidden']);
  });

  test('a token of a deleted user is refused, also after the user exists again', async () => {
    const { userId } = await enrolled();
    const token = await track(userId, { idempotencyKey: 'k' });
    await app.call('DELETE', `/v1/users/${userId}`);
    await track(userId, { idempotencyKey: 'k' });
    const reply = await post('user-authenticators/totp', token);
    expect([reply.status, reply.body.errorCode]).toEqual([401, 'invalid_token']);
  });

  test('A65: the database does not contain the seed in clear', async () => {
    const { secret } = await enrolled();
    const rows = await app.db.query(
      statement<{ row: string }>('test_dump_authenticators', 'select a::text as row from authenticators a'),
      [],
    );
    const dump = rows.map(({ row }) => row).join('\n');
    expect(dump).not.toContain(secret);
    expect(dump).not.toContain(Buffer.from(Secret.fromBase32(secret).buffer).toString('hex'));
  });
});
