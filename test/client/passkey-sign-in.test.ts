/** Worry: a sign-in without a token lets in whom the rules would not, tells strangers who has an account, or is planted. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createCredential, softwareKey, useCredential } from '../../src/testkit/authenticator.ts';
import type { SoftwareKey } from '../../src/testkit/authenticator.ts';
import { testApp } from '../../src/testkit/test-app.ts';
import type { TestApp, TestReply } from '../../src/testkit/test-app.ts';
import { databaseKinds } from '../../src/testkit/test-database.ts';
import { databaseText } from '../journeys/database-text.ts';
import { keyHolder, ownOrigin } from './key-holder.ts';

describe.each(databaseKinds)('signing in by a passkey alone, on the %s database', (kind) => {
  let app: TestApp;
  let they: ReturnType<typeof keyHolder>;
  beforeAll(async () => {
    app = await testApp(kind, { anonymousRateLimit: 10_000 });
    they = keyHolder(app);
  });
  afterAll(() => app.close());

  const configure = (actionCode: string, body: object) =>
    app.call('POST', '/v1/management/action-configurations', {
      key: app.tenant.managementKey,
      body: { actionCode, defaultUserActionResult: 'CHALLENGE', ...body },
    });

  /** From a challenge that was opened for an action, with the answer of a key. */
  async function answer(key: SoftwareKey, challengeId: unknown): Promise<TestReply> {
    const { options, challengeId: same } = await they.authenticationOptions(undefined, { challengeId });
    expect(same).toBe(challengeId);
    return they.post('verify/passkey', undefined, {
      challengeId,
      authenticationCredential: useCredential(key, options, ownOrigin),
    });
  }
  const open = async (body: object) => (await they.good(they.post('challenge', undefined, body))).challengeId;

  test('makes an action of its own, decided and then proven, whose token the backend can validate', async () => {
    const { userId, key, authenticatorId } = await they.enrolled();
    const { options } = await they.authenticationOptions(undefined);
    expect(options).toMatchObject({ allowCredentials: [], rpId: 'localhost', userVerification: 'preferred' });
    const reply = await they.good(
      they.post('verify/passkey', undefined, {
        authenticationCredential: useCredential(key, options, ownOrigin),
        deviceId: 'device-1',
      }),
    );
    expect(reply).toEqual({
      isVerified: true,
      accessToken: expect.any(String),
      userId,
      userAuthenticatorId: authenticatorId,
    });
    const validated = await they.validate(reply.accessToken);
    expect(validated).toMatchObject({
      isValid: true,
      state: 'CHALLENGE_SUCCEEDED',
      action: 'signInWithPasskey',
      userId,
      assurance: 'high',
    });
    const action = await app.call('GET', `/v1/users/${userId}/actions/signInWithPasskey/${validated.idempotencyKey}`);
    expect(action.body).toMatchObject({ state: 'CHALLENGE_SUCCEEDED', verificationMethod: 'PASSKEY' });
    const listed = await app.call('GET', '/v1/client/user-authenticators', { token: reply.accessToken });
    expect(listed.body).toHaveLength(1);
  });

  test('is of the action and the key that the challenge was opened with, which makes no configuration before', async () => {
    const { userId, key } = await they.enrolled();
    const challengeId = await open({ action: 'opened', idempotencyKey: 'k1' });
    const codes = async () =>
      (await app.call('GET', '/v1/management/action-configurations', { key: app.tenant.managementKey })).body.map(
        ({ actionCode }: { actionCode: string }) => actionCode,
      );
    expect(await codes()).not.toContain('opened');
    const reply = await answer(key, challengeId);
    expect(await they.validate(reply.body.accessToken)).toMatchObject({
      isValid: true,
      userId,
      action: 'opened',
      idempotencyKey: 'k1',
    });
    expect(await codes()).toContain('opened');
    expect((await they.post('challenge', undefined, { action: 'no such code!' })).body.errorCode).toBe(
      'invalid_request',
    );
    const { nonce } = await they.good(they.post('challenge', undefined, {}));
    expect(Buffer.from(nonce, 'base64url').length).toBeGreaterThanOrEqual(16);
  });

  test('ruling 9: REVIEW and BLOCK stand, whoever signs', async () => {
    await configure('reviewed', { defaultUserActionResult: 'REVIEW' });
    await configure('blocked', { defaultUserActionResult: 'BLOCK' });
    await configure('otherwise', { verificationMethods: ['EMAIL_OTP'] });
    const { key } = await they.enrolled();
    const held = await answer(key, await open({ action: 'reviewed' }));
    expect(await they.validate(held.body.accessToken)).toMatchObject({ isValid: false, state: 'REVIEW_REQUIRED' });
    for (const action of ['blocked', 'otherwise']) {
      const reply = await answer(key, await open({ action }));
      expect([reply.status, reply.body.errorCode]).toEqual([403, 'forbidden']);
    }
  });

  test('the rules see who asks: the address and the browser of the request itself', async () => {
    await configure('placed', { defaultUserActionResult: 'ALLOW' });
    await app.call('POST', '/v1/management/action-configurations/placed/rules', {
      key: app.tenant.managementKey,
      body: {
        name: 'No crawlers',
        isActive: true,
        priority: 0,
        type: 'BLOCK',
        conditions: { '==': [{ var: 'device.isBot' }, true] },
      },
    });
    const { key } = await they.enrolled();
    const from = async (agent: string) => {
      const { options } = await they.authenticationOptions(undefined, {
        challengeId: await open({ action: 'placed' }),
      });
      const body = { authenticationCredential: useCredential(key, options, ownOrigin) };
      return (await they.post('verify/passkey', undefined, body, { 'user-agent': agent })).status;
    };
    expect(await from('Googlebot/2.1 (+http://www.google.com/bot.html)')).toBe(403);
    expect(await from('Mozilla/5.0 (X11; Linux x86_64; rv:131.0) Gecko/20100101 Firefox/131.0')).toBe(200);
  });

  describe('a backend', () => {
    test('claims a challenge after it was answered, for the key’s own user alone', async () => {
      const { userId, key } = await they.enrolled();
      const challengeId = await open({ action: 'claimed' });
      expect((await answer(key, challengeId)).status).toBe(200);
      const claim = (whose: string) => app.call('POST', '/v1/claim', { body: { challengeId, userId: whose } });
      expect((await claim('somebody-else')).body.errorCode).toBe('invalid_request');
      const claimed = await claim(userId);
      expect(claimed.body).toMatchObject({ verificationMethod: 'PASSKEY' });
      expect(await they.validate(claimed.body.token)).toMatchObject({ isValid: true, userId, action: 'claimed' });
    });

    test('gives a challenge to a user by track, whom alone it is then answered by', async () => {
      const [ann, bob] = [await they.enrolled(), await they.enrolled()];
      for (const [key, status] of [
        [bob.key, 400],
        [ann.key, 200],
      ] as const) {
        const challengeId = await open({ action: 'tracked' });
        const token = await they.track(ann.userId, { challengeId }, 'tracked');
        const reply = await answer(key, challengeId);
        expect(reply.status, reply.text).toBe(status);
        expect((await they.validate(token)).isValid).toBe(status === 200);
      }
    });

    test('cannot claim what nobody has answered, nor answer it by a code', async () => {
      const challengeId = await open({ action: 'unanswered' });
      expect((await app.call('POST', '/v1/claim', { body: { challengeId, userId: 'x' } })).status).toBe(400);
      const verified = await app.call('POST', '/v1/verify', { body: { challengeId, verificationCode: '123456' } });
      expect(verified.status).toBe(404);
      const nameless = await open({});
      const body = { challengeId: nameless, userId: 'x', skipVerificationCheck: true };
      expect((await app.call('POST', '/v1/claim', { body })).status).toBe(404);
    });
  });

  test('a challenge that was opened by nobody can be taken over by the token of its action', async () => {
    const { userId, key } = await they.enrolled();
    const token = await they.track(userId);
    const mine = await open({});
    const { options } = await they.authenticationOptions(token, { challengeId: mine });
    const body = { authenticationCredential: useCredential(key, options, ownOrigin) };
    expect((await they.post('verify/passkey', token, body)).status).toBe(200);
    const foreign = await they.post('user-authenticators/passkey/authentication-options', token, {
      challengeId: await open({ action: 'another' }),
    });
    expect(foreign.body.errorCode).toBe('invalid_credential');
  });

  test('A47: options are the same whoever is asked for, and whoever has no passkey is asked for one that is always the same', async () => {
    const { userId } = await they.enrolled();
    const scrubbed = async (token: string | undefined, body: object) => {
      const { options } = await they.authenticationOptions(token, body);
      return { ...options, challenge: '' };
    };
    const known = await scrubbed(undefined, { username: userId, userId });
    expect(await scrubbed(undefined, { username: 'nobody-at-all' })).toEqual(known);
    const [with_, without] = [await they.track(userId), await they.track('has-none')];
    const asked = [await scrubbed(with_, {}), await scrubbed(without, {}), await scrubbed(without, {})];
    expect(asked[1]).toEqual(asked[2]);
    expect(asked[1]?.allowCredentials).toHaveLength(1);
    expect(asked[1]?.allowCredentials[0].id).toMatch(/^[\w-]{43}$/);
    const other = await scrubbed(await they.track('has-none-either'), {});
    expect(other.allowCredentials[0].id).not.toBe(asked[1]?.allowCredentials[0].id);
  });

  test('client-api 4.5: unknown_credential is said only of what nobody of the tenant has', async () => {
    const known = await they.enrolled();
    const codeOf = async (token: string | undefined, key: SoftwareKey, origin = ownOrigin, wrong = {}) =>
      (await they.signIn(token, key, wrong, {}, origin)).body.errorCode;
    const token = await they.track(known.userId);
    for (const given of [undefined, token]) {
      expect(await codeOf(given, softwareKey())).toBe('unknown_credential');
      expect(await codeOf(given, softwareKey(), 'https://evil.example')).toBe('invalid_credential');
      expect(await codeOf(given, known.key, ownOrigin, { flags: 0 })).toBe('invalid_credential');
    }
    expect(await codeOf(token, (await they.enrolled()).key)).toBe('invalid_credential');
    // A security key is somebody's credential too.
    const securityKey = softwareKey();
    const asked = await they.good(
      they.post('user-authenticators/security-key/registration-options', known.accessToken),
    );
    const created = createCredential(securityKey, asked, ownOrigin);
    await they.good(they.post('user-authenticators/security-key', known.accessToken, created));
    expect(await codeOf(undefined, securityKey)).toBe('invalid_credential');
    // One that was removed is nobody's any more.
    await app.call('DELETE', `/v1/users/${known.userId}/authenticators/${known.authenticatorId}`);
    expect(await codeOf(undefined, known.key)).toBe('unknown_credential');
  });

  test('a passkey that the backend has enrolled from elsewhere signs in, and its kind is learnt', async () => {
    const key = softwareKey({ counter: 3, isSynced: false });
    const enrolled = await app.call('POST', '/v1/users/moved/authenticators', {
      body: {
        verificationMethod: 'PASSKEY',
        credentialId: key.credentialId.toString('base64url'),
        credentialPublicKey: coseOf(key),
        counter: 3,
      },
    });
    expect(enrolled.status, enrolled.text).toBe(200);
    // It calls its user by whatever its maker chose.
    const reply = await they.signIn(undefined, key, { userHandle: 'b2xkLWhhbmRsZQ' });
    expect(reply.body, reply.text).toMatchObject({ isVerified: true, userId: 'moved' });
    expect((await they.signIn(undefined, key, { counter: 4 })).body.errorCode).toBe('invalid_credential');
    const [seen] = (await app.call('GET', '/v1/users/moved/authenticators')).body;
    expect(seen.webauthnCredential).toMatchObject({ credentialDeviceType: 'singleDevice', credentialBackedUp: false });
  });

  test('A65: neither a challenge that is open nor a nonce is in the database in clear', async () => {
    const { options } = await they.authenticationOptions(undefined);
    const { nonce } = await they.good(they.post('challenge', undefined, {}));
    const dump = JSON.stringify(await databaseText(app.db));
    for (const secret of [options.challenge, nonce]) {
      expect(dump).not.toContain(secret);
      expect(dump).not.toContain(Buffer.from(secret, 'base64url').toString('hex'));
    }
    expect(app.logText()).not.toContain(options.challenge);
  });

  describe('with cookies (client-api 4.4)', () => {
    const path = 'user-authenticators/passkey';
    const page = { origin: ownOrigin };

    function cookiesOf(reply: TestReply): readonly string[] {
      return [reply.headers['set-cookie'] ?? []].flat().map(String);
    }
    const pair = (reply: TestReply, name: string) =>
      cookiesOf(reply)
        .find((cookie) => cookie.startsWith(`${name}=`))
        ?.split(';')[0];

    async function begun(headers: Record<string, string> = page) {
      const reply = await they.post(`${path}/authentication-options/web`, undefined, {}, headers);
      expect(reply.status, reply.text).toBe(200);
      return { reply, options: reply.body.options };
    }

    test('a ceremony is finished by the browser that began it, and by no other', async () => {
      const { key } = await they.enrolled();
      const { reply: first, options } = await begun();
      expect(cookiesOf(first)).toEqual([
        `__as_challenge=${first.body.challengeId}; Max-Age=3600; Path=/v1/client; HttpOnly; Secure; SameSite=None`,
      ]);
      const body = { authenticationCredential: useCredential(key, options, ownOrigin) };
      const cookie = pair(first, '__as_challenge') ?? '';
      const reply = await they.post('verify/passkey', undefined, body, { ...page, cookie });
      expect(reply.body, reply.text).toMatchObject({ isVerified: true, accessToken: expect.any(String) });
      expect(pair(reply, '__as_session')).toBe(`__as_session=${reply.body.accessToken}`);
      expect(pair(reply, '__as_challenge')).toBe('__as_challenge=');
      expect(cookiesOf(reply).every((each) => /; HttpOnly; Secure; SameSite=None$/.test(each))).toBe(true);

      const session = pair(reply, '__as_session') ?? '';
      const list = (headers: Record<string, string>, key_ = app.tenant.tenantId) =>
        app.call('GET', '/v1/client/user-authenticators', { key: key_, headers });
      expect((await list({ ...page, cookie: session })).body).toHaveLength(1);
      const other = await app.createTenant('With cookies');
      const refusals = [
        await list({ cookie: session }),
        await list({ origin: 'https://evil.example', cookie: session }),
        await list(page),
        await list({ ...page, cookie: `${session}x` }),
        await list({ ...page, cookie: session }, other.tenantId),
      ];
      expect(refusals.map(({ status }) => status)).toEqual([401, 401, 401, 401, 401]);
      await app.runtime.advance(10 * 60_000);
      expect((await list({ ...page, cookie: session })).body.errorCode).toBe('expired_token');
    });

    test('A41: a cookie that was planted, or is of another ceremony, or comes from another page finishes nothing', async () => {
      const { key } = await they.enrolled();
      const planted = (await begun()).reply;
      for (const headers of [
        { ...page },
        { ...page, cookie: '__as_challenge=planted' },
        { ...page, cookie: pair(planted, '__as_challenge') ?? '' },
        { cookie: 'own' },
        { origin: 'https://evil.example', cookie: 'own' },
      ]) {
        const { reply, options } = await begun();
        const own = pair(reply, '__as_challenge') ?? '';
        const sent = 'cookie' in headers && headers.cookie === 'own' ? { ...headers, cookie: own } : headers;
        const body = { authenticationCredential: useCredential(key, options, ownOrigin) };
        const refused = await they.post('verify/passkey', undefined, body, sent);
        expect([refused.status, refused.body.errorCode]).toEqual([400, 'invalid_credential']);
        expect(await they.lastRefusal()).toBe('browser');
        expect(cookiesOf(refused)).toEqual([]);
      }
    });

    test('A41: what stands in the session cookie before is not what stands there after', async () => {
      const { key } = await they.enrolled();
      const { reply: first, options } = await begun();
      const cookie = `${pair(first, '__as_challenge')}; __as_session=fixed`;
      const body = { authenticationCredential: useCredential(key, options, ownOrigin) };
      const reply = await they.post('verify/passkey', undefined, body, { ...page, cookie });
      expect(pair(reply, '__as_session')).toBe(`__as_session=${reply.body.accessToken}`);
    });

    test('nothing is set for a page that is not the tenant’s, nor where nobody asked for it', async () => {
      expect(cookiesOf((await begun({ origin: 'https://evil.example' })).reply)).toEqual([]);
      expect(cookiesOf((await begun({})).reply)).toEqual([]);
      const { key } = await they.enrolled();
      const { options } = await they.authenticationOptions(undefined);
      const body = { authenticationCredential: useCredential(key, options, ownOrigin) };
      expect(cookiesOf(await they.post('verify/passkey', undefined, body, page))).toEqual([]);
    });

    test('an action’s challenge keeps its cookie through the options, and a registration has one, too', async () => {
      const { key } = await they.enrolled();
      const opened = await they.post('challenge/web', undefined, { action: 'cooked' }, page);
      const { challengeId } = opened.body;
      const { options } = await they.authenticationOptions(undefined, { challengeId });
      const body = { authenticationCredential: useCredential(key, options, ownOrigin) };
      const reply = await they.post('verify/passkey', undefined, body, {
        ...page,
        cookie: pair(opened, '__as_challenge') ?? '',
      });
      expect(pair(reply, '__as_session'), reply.text).toBe(`__as_session=${reply.body.accessToken}`);

      const register = async (keeps: boolean) => {
        const token = await they.track(they.newUser());
        const start = await they.post(`${path}/registration-options/web`, token, {}, page);
        const registrationCredential = createCredential(softwareKey(), start.body.options, ownOrigin);
        const cookie = pair(start, '__as_challenge') ?? '';
        return they.post(path, token, { registrationCredential }, { ...page, ...(keeps ? { cookie } : {}) });
      };
      const added = await register(true);
      expect(pair(added, '__as_session'), added.text).toBe(`__as_session=${added.body.accessToken}`);
      expect((await register(false)).body.errorCode).toBe('invalid_credential');
    });
  });
});

/** A COSE key as text, as a backend that has it would send it. */
function coseOf(key: SoftwareKey): string {
  const [x, y] = [key.publicKey.get(-2), key.publicKey.get(-3)] as [Buffer, Buffer];
  const parts = [Buffer.from('a5010203262001215820', 'hex'), x, Buffer.from('225820', 'hex'), y];
  return Buffer.concat(parts).toString('base64url');
}
