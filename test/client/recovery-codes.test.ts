/** Worry: a recovery code works twice, outlives its set, takes an authenticator away or allows unlimited guesses. */
import { Secret, TOTP } from 'otpauth';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { statement } from '../../src/storage/sql.ts';
import { testApp } from '../../src/testkit/test-app.ts';
import type { TestApp } from '../../src/testkit/test-app.ts';
import { databasesOf } from '../../src/testkit/test-database.ts';

const databaseKinds = databasesOf(import.meta.url, { hasRaces: true });

const seed = 'JBSWY3DPEHPK3PXPJBSWY3DP';

describe.each(databaseKinds)('recovery codes through the client API, on the %s database', (kind) => {
  let app: TestApp;
  let people = 0;
  beforeAll(async () => {
    app = await testApp(kind);
    await app.runtime.advance(15_000);
  });
  afterAll(() => app.close());

  async function track(userId: string, body: object = {}, action = 'pay'): Promise<string> {
    const reply = await app.call('POST', `/v1/users/${userId}/actions/${action}`, { body });
    expect(reply.status, reply.text).toBe(200);
    return String(reply.body.token);
  }

  const post = (path: string, token: string, body?: object) =>
    app.call('POST', `/v1/client/${path}`, { token, ...(body === undefined ? {} : { body }) });
  const verify = async (token: string, verificationCode: unknown) =>
    (await post('verify/recovery-code', token, { verificationCode })).body;
  const replace = (token: string) => post('user-authenticators/recovery-codes', token);
  const validate = async (token: string) => (await app.call('POST', '/v1/validate', { body: { token } })).body;
  const settings = (body: object) =>
    app.call('PATCH', '/v1/management/tenant', { key: app.tenant.managementKey, body });
  const codeOf = (secret: string) =>
    new TOTP({ secret: Secret.fromBase32(secret) }).generate({ timestamp: app.runtime.clock.now() });

  /** A user with an authenticator app and the recovery codes that came with it. */
  async function enrolled(): Promise<{ userId: string; codes: string[]; userAuthenticatorId: string }> {
    const userId = `saver-${(people += 1)}`;
    const otpUri = `otpauth://totp/x?secret=${seed}`;
    const reply = await app.call('POST', `/v1/users/${userId}/authenticators`, {
      body: { verificationMethod: 'AUTHENTICATOR_APP', otpUri },
    });
    expect(reply.status, reply.text).toBe(200);
    const { authenticator, recoveryCodes } = reply.body;
    return { userId, codes: recoveryCodes, userAuthenticatorId: authenticator.userAuthenticatorId };
  }

  test('a code works once in any spelling, completes the action with assurance low, and the response says how many are left', async () => {
    const { userId, codes } = await enrolled();
    const [first = '', second = ''] = codes;
    const token = await track(userId);
    const verified = await verify(token, first.toLowerCase().replaceAll('-', ' '));
    expect(verified).toEqual({ isVerified: true, accessToken: expect.any(String), recoveryCodesLeft: 9 });
    expect(await validate(verified.accessToken)).toMatchObject({
      isValid: true,
      state: 'CHALLENGE_SUCCEEDED',
      verificationMethod: 'RECOVERY_CODE',
      assurance: 'low',
    });
    expect(await verify(await track(userId), second)).toMatchObject({ isVerified: true, recoveryCodesLeft: 8 });
  });

  test('ruling 45: only letters and digits of a code count, and a code of another length is not a guess', async () => {
    const { userId, codes } = await enrolled();
    const token = await track(userId);
    const [first = '', ...others] = codes;
    for (let count = 0; count < 25; count += 1) {
      expect(await verify(token, `${first}${count % 2 === 0 ? 'X' : ''}`.slice(count % 2))).toEqual({
        isVerified: false,
        failureReason: 'CODE_INVALID_OR_EXPIRED',
      });
    }
    const written = [
      (code: string) => code.replaceAll('-', '\u2013'),
      (code: string) => `\u200b${code}`,
      (code: string) => `${code}.`,
      (code: string) => `\u201c${code}\u201d`,
      (code: string) => code.replace(/[0-9A-Z]/g, (letter) => String.fromCharCode(letter.charCodeAt(0) + 0xfee0)),
    ];
    for (const [index, write] of written.entries()) {
      const code = others[index] ?? '';
      expect(await verify(token, write(code)), write(code)).toMatchObject({ isVerified: true });
    }
  });

  test('A15: a used code is refused, even in an identical repeat of the request (ruling 16)', async () => {
    const { userId, codes } = await enrolled();
    const [code = ''] = codes;
    const token = await track(userId);
    expect(await verify(token, code)).toMatchObject({ isVerified: true });
    expect(await verify(token, code)).toEqual({ isVerified: false, failureReason: 'CODE_INVALID_OR_EXPIRED' });
    expect(await verify(await track(userId), code)).toMatchObject({ isVerified: false });
  });

  test('A15: a new set revokes the old one; it needs the scope and is shown only once', async () => {
    const { userId, codes } = await enrolled();
    const [used = '', old = ''] = codes;
    const plain = await track(userId);
    expect((await replace(plain)).body.errorCode).toBe('insufficient_scope');
    const recovered = await verify(plain, used);
    // Ruling 40: this replaces an earlier set, which a recovery code may never do.
    expect((await replace(recovered.accessToken)).body.errorCode).toBe('insufficient_scope');
    const { accessToken } = (await post('verify/totp', plain, { verificationCode: codeOf(seed) })).body;
    const made = await replace(accessToken);
    expect(made.body).toEqual({ userAuthenticatorId: expect.any(String), recoveryCodes: expect.any(Array) });
    expect(new Set([...made.body.recoveryCodes, ...codes]).size).toBe(20);
    expect(await verify(await track(userId), old)).toMatchObject({ isVerified: false });
    expect(await verify(await track(userId), made.body.recoveryCodes[9])).toMatchObject({ isVerified: true });
    const listed = await app.call('GET', '/v1/client/user-authenticators', { token: accessToken });
    expect(listed.body.map(({ verificationMethod }: Record<string, unknown>) => verificationMethod)).toEqual([
      'AUTHENTICATOR_APP',
    ]);
  });

  test('ruling 48: a user may create five sets an hour; a refused sixth leaves the fifth valid', async () => {
    const { userId } = await enrolled();
    const token = await track(userId, { scope: 'update:authenticators' });
    const sets = [];
    for (let n = 0; n < 5; n += 1) sets.push((await replace(token)).body.recoveryCodes);
    const refused = await replace(token);
    expect([refused.status, refused.body.errorCode]).toEqual([429, 'too_many_requests']);
    expect(refused.headers['retry-after']).toBe('3600');
    expect(await verify(await track(userId), sets[4][0])).toMatchObject({ isVerified: true });
    expect((await replace(await track((await enrolled()).userId, { scope: 'update:authenticators' }))).status).toBe(
      200,
    );
  });

  test('A15: no set can be created before an authenticator is enrolled, nor while an enrolment is pending', async () => {
    const token = await track(`saver-${(people += 1)}`, { scope: 'add:authenticators' });
    await post('user-authenticators/totp', token);
    const reply = await replace(token);
    expect([reply.status, reply.body.errorCode]).toEqual([400, 'invalid_request']);
  });

  test('A15: the set is revoked when the last authenticator is removed, and stays revoked when another is enrolled', async () => {
    const { userId, codes, userAuthenticatorId } = await enrolled();
    const token = await track(userId);
    await app.call('DELETE', `/v1/users/${userId}/authenticators/${userAuthenticatorId}`);
    expect(await verify(token, codes[0])).toMatchObject({ isVerified: false });
    await settings({ skipRecoveryCodesOnProgrammaticEnrollment: true });
    const email = { verificationMethod: 'EMAIL_OTP', email: `${userId}@example.com` };
    await app.call('POST', `/v1/users/${userId}/authenticators`, { body: email });
    await settings({ skipRecoveryCodesOnProgrammaticEnrollment: null });
    expect(await verify(await track(userId), codes[0])).toMatchObject({ isVerified: false });
  });

  test('ruling 17: a used code may add an authenticator, but not replace, change or remove one', async () => {
    const { userId, codes } = await enrolled();
    const { accessToken } = await verify(await track(userId), codes[0]);
    const email = `${userId}@example.com`;
    const added = await post('user-authenticators/email-otp', accessToken, { email });
    expect(added.status, added.text).toBe(200);
    const mailed = /^\d{6}/.exec(app.mail()[0]?.subject ?? '')?.[0];
    const verified = await post('verify/email-otp', accessToken, { verificationCode: mailed });
    expect(verified.body).toMatchObject({ isVerified: true });
    const claims = JSON.parse(
      Buffer.from(String(verified.body.accessToken).split('.')[1] ?? '', 'base64url').toString(),
    ) as { scope: string };
    expect(claims.scope).not.toMatch(/update|remove/);
  });

  test('A05: guesses are limited per user, across all actions; at the limit nothing is compared', async () => {
    const { userId, codes } = await enrolled();
    for (let count = 0; count < 5; count += 1) {
      expect(await verify(await track(userId), 'AAAA-BBBB-CCCC-DDDD')).toMatchObject({
        failureReason: 'CODE_INVALID_OR_EXPIRED',
      });
    }
    const token = await track(userId);
    expect(await verify(token, codes[0])).toEqual({ isVerified: false, failureReason: 'MAX_ATTEMPTS_EXCEEDED' });
    await app.runtime.advance(31_000);
    expect(await verify(token, codes[0])).toMatchObject({ isVerified: true });
  });

  test('N08: the user is told by mail of a used code and of a new set, and how many codes are left', async () => {
    const { userId, codes } = await enrolled();
    const email = `${userId}@example.com`;
    await app.call('PATCH', `/v1/users/${userId}`, { body: { email, emailVerified: true } });
    await verify(await track(userId), codes[0]);
    await replace(await track(userId, { scope: 'update:authenticators' }));
    await app.runtime.advance(60_000);
    const told = app.mail().filter(({ to }) => to === email);
    const facts = told.map(({ text }) => /9 recovery codes are left|10 new recovery codes/.exec(text)?.[0]);
    expect(facts.sort()).toEqual(['10 new recovery codes', '9 recovery codes are left']);
  });

  test('I3: a code of one user does not work for another', async () => {
    const [one, other] = [await enrolled(), await enrolled()];
    expect(await verify(await track(other.userId), one.codes[0])).toMatchObject({ isVerified: false });
  });

  test('N22: an action that demands more accepts no recovery code', async () => {
    const { userId, codes } = await enrolled();
    await app.call('POST', '/v1/management/action-configurations', {
      key: app.tenant.managementKey,
      body: { actionCode: 'vault', defaultUserActionResult: 'CHALLENGE', minimumAssurance: 'medium' },
    });
    const refused = await verify(await track(userId, {}, 'vault'), codes[0]);
    expect(refused.errorCode).toBe('forbidden');
    expect(await verify(await track(userId), codes[0])).toMatchObject({ isVerified: true });
  });

  test('a tenant that has switched recovery codes off has none, even if some were created before', async () => {
    const { userId, codes } = await enrolled();
    const token = await track(userId, { scope: 'add:authenticators' });
    await settings({ disableRecoveryCodes: true });
    expect((await verify(token, codes[0])).errorCode).toBe('invalid_configuration');
    expect((await replace(token)).body.errorCode).toBe('invalid_configuration');
    await settings({ disableRecoveryCodes: null });
    expect(await verify(token, codes[0])).toMatchObject({ isVerified: true });
  });

  test('recovery codes cannot be enrolled by themselves', async () => {
    const { userId } = await enrolled();
    const reply = await app.call('POST', `/v1/users/${userId}/authenticators`, {
      body: { verificationMethod: 'RECOVERY_CODE' },
    });
    expect([reply.status, reply.body.errorCode]).toEqual([400, 'invalid_request']);
  });

  test('N07, A65: the database contains no code in clear, used or not', async () => {
    const { userId, codes } = await enrolled();
    await verify(await track(userId), codes[0]);
    const rows = await app.db.query(
      statement<{ row: string }>(
        'test_dump_recovery_codes',
        'select r::text as row from recovery_codes r where user_id = $1 union all select a::text from actions_by_month a where user_id = $1',
      ),
      [userId],
    );
    const dump = rows.map(({ row }) => row).join('\n');
    expect(rows).toHaveLength(11);
    for (const code of codes) {
      for (const spelling of [code, code.replaceAll('-', '')]) {
        expect(dump).not.toContain(spelling);
        expect(dump).not.toContain(Buffer.from(spelling).toString('hex'));
      }
    }
  });

  test('N44, I9: of very many guesses at once some are told to retry, none is lost, and other requests do not wait', async () => {
    const users = await Promise.all(Array.from({ length: 12 }, enrolled));
    const tokens = await Promise.all(users.map(({ userId }) => track(userId)));
    const guesses = Array.from({ length: 180 }, (_, n) =>
      post('verify/recovery-code', tokens[n % 12] ?? '', {
        verificationCode: 'AAAA-BBBB-CCCC-DDDD',
      }),
    );
    const meanwhile = await app.call('GET', '/v1/users/somebody');
    expect(meanwhile.status).toBe(200);
    const statuses = (await Promise.all(guesses)).map(({ status }) => status);
    expect(statuses.every((status) => status === 200 || status === 503)).toBe(true);
    await app.runtime.advance(31_000);
    for (const [index, user] of users.entries()) {
      expect(await verify(tokens[index] ?? '', user.codes[0])).toMatchObject({ isVerified: true });
    }
  });

  test('an app that replaces the user’s default app becomes the default', async () => {
    const { userId } = await enrolled();
    const token = await track(userId, { scope: 'update:authenticators' });
    const { secret, userAuthenticatorId } = (await post('user-authenticators/totp', token)).body;
    const reply = await post('verify/totp', token, { verificationCode: codeOf(secret) });
    expect(reply.body.userAuthenticator).toMatchObject({ userAuthenticatorId, isDefault: true });
  });
});
