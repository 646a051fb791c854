/** Worry: passkeys of a tenant's users fail, reveal too much, or prove more than they should. */
import { Secret, TOTP } from 'otpauth';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createCredential, softwareKey, useCredential } from '../../src/testkit/authenticator.ts';
import { testApp } from '../../src/testkit/test-app.ts';
import type { TestApp } from '../../src/testkit/test-app.ts';
import { databasesOf } from '../../src/testkit/test-database.ts';
import { keyHolder, ownOrigin } from './key-holder.ts';

const databaseKinds = databasesOf(import.meta.url, { hasRaces: true });

const chrome = 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36';

describe.each(databaseKinds)('a passkey through the client API, on the %s database', (kind) => {
  let app: TestApp;
  let they: ReturnType<typeof keyHolder>;
  beforeAll(async () => {
    app = await testApp(kind, { anonymousRateLimit: 10_000 });
    they = keyHolder(app);
  });
  afterAll(() => app.close());

  const options = 'user-authenticators/passkey/registration-options';

  test('is created with options that strict clients can parse', async () => {
    const userId = they.newUser();
    const token = await they.track(userId, { username: 'jane@example.com' });
    const body = await they.good(they.post(options, token, { displayName: 'Jane', authenticatorAttachment: null }));
    expect(body).toEqual({
      challengeId: expect.stringMatching(/^[0-9a-f-]{36}$/),
      options: {
        challenge: expect.stringMatching(/^[\w-]{43}$/),
        rp: { id: 'localhost', name: 'Test tenant' },
        user: { id: expect.stringMatching(/^[\w-]{43}$/), name: 'jane@example.com', displayName: 'Jane' },
        pubKeyCredParams: [
          { alg: -7, type: 'public-key' },
          { alg: -8, type: 'public-key' },
          { alg: -257, type: 'public-key' },
        ],
        timeout: 60_000,
        attestation: 'none',
        excludeCredentials: [],
        authenticatorSelection: {
          residentKey: 'required',
          requireResidentKey: true,
          userVerification: 'preferred',
        },
      },
    });
    expect(Buffer.from(body.options.user.id, 'base64url').toString()).toMatch(/^[\w-]{32}$/);
    const platform = await they.registrationOptions(token, { authenticatorAttachment: 'platform' });
    expect(platform.options.authenticatorSelection.authenticatorAttachment).toBe('platform');
  });

  test('W7.1-1, W7.1-2: each ceremony has its own challenge; each user has a stable handle of their own in each tenant', async () => {
    const [ann, bob] = [they.newUser(), they.newUser()];
    const first = await they.registrationOptions(await they.track(ann));
    const second = await they.registrationOptions(await they.track(ann));
    const third = await they.registrationOptions(await they.track(bob));
    expect(second.options.user.id).toBe(first.options.user.id);
    expect(third.options.user.id).not.toBe(first.options.user.id);
    expect(new Set([first, second, third].map((each) => each.options.challenge)).size).toBe(3);
    for (const { options: each } of [first, second, third]) {
      expect(Buffer.from(each.challenge, 'base64url')).toHaveLength(32);
      expect(Buffer.from(each.user.id, 'base64url').toString()).not.toContain(ann);
    }
    const other = await app.createTenant('Another');
    const tracked = await app.call('POST', `/v1/users/${ann}/actions/pay`, { key: other.secretKey });
    const foreign = await they.registrationOptions(tracked.body.token);
    expect(foreign.options.user.id).not.toBe(first.options.user.id);
  });

  test('client-api 3.1: the response describes a new authenticator as it is stored, however long the request takes', async () => {
    const token = await they.track(they.newUser(), { scope: 'add:authenticators' });
    const added = 'user-authenticators';
    const totp = await they.good(they.post(`${added}/totp`, token, {}));
    await they.good(they.post(`${added}/email-otp`, token, { email: 'slow@example.com' }));
    const mailed = /^\d{6}/.exec(app.mail().find(({ to }) => to === 'slow@example.com')?.subject ?? '')?.[0] ?? '';
    const { clock } = app.runtime;
    const { now } = clock;
    let ms = 0;
    // Every look at the clock returns another time.
    clock.now = () => now() + (ms += 1);
    try {
      const made = [await they.good(they.register(token, softwareKey()))];
      const verify = (name: string, verificationCode: string) =>
        they.good(they.post(`verify/${name}`, token, { verificationCode }));
      made.push(await verify('email-otp', mailed));
      const code = new TOTP({ secret: Secret.fromBase32(totp.secret) }).generate({ timestamp: now() });
      made.push(await verify('totp', code));
      const listed = (await they.good(app.call('GET', `/v1/client/${added}`, { token }))) as {
        readonly userAuthenticatorId: string;
      }[];
      for (const { userAuthenticator } of made) {
        const id = userAuthenticator.userAuthenticatorId;
        const { isDefault: _told, ...told } = userAuthenticator;
        expect(listed.find(({ userAuthenticatorId }) => userAuthenticatorId === id)).toMatchObject(told);
      }
    } finally {
      clock.now = now;
    }
  });

  test("the user's first authenticator completes the action; the notice names its maker and its browser", async () => {
    const userId = they.newUser();
    const token = await they.track(userId);
    const { options: asked, challengeId } = await they.registrationOptions(token, { username: 'jane' });
    const key = softwareKey({ aaguid: 'ea9b8d66-4d01-1d21-3ce4-b6b48cb575d4' });
    const registrationCredential = createCredential(key, asked, ownOrigin);
    const body = { registrationCredential, conditionalCreate: false, challengeId, deviceId: 'phone-1' };
    const reply = await they.good(they.post('user-authenticators/passkey', token, body, { 'user-agent': chrome }));
    const credentialId = key.credentialId.toString('base64url');
    const authenticator = {
      userAuthenticatorId: reply.userAuthenticatorId,
      verificationMethod: 'PASSKEY',
      createdAt: expect.any(String),
      verifiedAt: expect.any(String),
      lastVerifiedAt: expect.any(String),
      isDefault: true,
      username: 'jane',
      authenticatorAttachment: 'platform',
      webauthnCredential: {
        credentialId,
        deviceId: 'phone-1',
        name: 'Google Password Manager',
        aaguid: 'ea9b8d66-4d01-1d21-3ce4-b6b48cb575d4',
        aaguidMapping: { name: 'Google Password Manager' },
        credentialBackedUp: true,
        credentialDeviceType: 'multiDevice',
        authenticatorAttachment: 'platform',
        parsedUserAgent: expect.objectContaining({ browser: expect.objectContaining({ name: 'Chrome' }) }),
        verifiedAt: expect.any(String),
      },
    };
    expect(reply).toEqual({
      isVerified: true,
      accessToken: expect.any(String),
      userAuthenticatorId: expect.stringMatching(/^[0-9a-f-]{36}$/),
      userId,
      credentialId,
      userAuthenticator: authenticator,
    });
    expect(await they.validate(reply.accessToken)).toMatchObject({
      isValid: true,
      verificationMethod: 'PASSKEY',
      assurance: 'high',
    });
    const own = await app.call('GET', '/v1/client/user-authenticators', { token: reply.accessToken });
    expect(own.body).toEqual([authenticator]);
    const seen = await app.call('GET', `/v1/users/${userId}/authenticators`);
    expect(seen.body).toEqual([{ userId, ...authenticator }]);
  });

  test('proves an action of its user; its counter, backup state and last use are stored', async () => {
    const { userId, key, authenticatorId } = await they.enrolled({ counter: 5, isSynced: false });
    const reply = await they.signIn(await they.track(userId, { username: 'jane' }), key);
    expect(reply.body).toEqual({
      isVerified: true,
      accessToken: expect.any(String),
      userId,
      userAuthenticatorId: authenticatorId,
      username: 'jane',
    });
    expect(await they.validate(reply.body.accessToken)).toMatchObject({ isValid: true, userId, action: 'pay' });
    expect(await they.stored(key)).toMatchObject({ counter: 6, lastVerifiedAt: app.runtime.clock.now() });
  });

  test('lists the passkeys of the token’s user, excludes them from new registrations, and names their transports', async () => {
    const { userId, key, accessToken } = await they.enrolled();
    const listed = [
      { id: key.credentialId.toString('base64url'), type: 'public-key', transports: ['internal', 'hybrid'] },
    ];
    const asked = await they.authenticationOptions(await they.track(userId));
    expect(asked.options).toEqual({
      challenge: expect.stringMatching(/^[\w-]{43}$/),
      rpId: 'localhost',
      allowCredentials: listed,
      timeout: 60_000,
      userVerification: 'preferred',
    });
    expect((await they.registrationOptions(accessToken)).options.excludeCredentials).toEqual(listed);
  });

  test('A11: a second one needs the scope from a strong proof or from the backend, also at the last step', async () => {
    const { userId, accessToken } = await they.enrolled();
    const plain = await they.track(userId);
    const refused = await they.post(options, plain, {});
    expect([refused.status, refused.body.errorCode]).toEqual([403, 'insufficient_scope']);
    expect((await they.register(accessToken, softwareKey())).status).toBe(200);

    const asked = await they.track(userId, { scope: 'add:authenticators' });
    const reply = await they.good(they.register(asked, softwareKey()));
    // Only the very first registration is a proof.
    expect(await they.validate(reply.accessToken)).toMatchObject({ isValid: false, state: 'CHALLENGE_REQUIRED' });

    // If two begin as the first, the second to finish is not a proof.
    const racer = they.newUser();
    const [left, right] = [await they.track(racer), await they.track(racer)];
    const begun = await they.registrationOptions(right);
    expect((await they.register(left, softwareKey())).status).toBe(200);
    const late = createCredential(softwareKey(), begun.options, ownOrigin);
    const second = await they.post('user-authenticators/passkey', right, { registrationCredential: late });
    expect([second.status, second.body.errorCode]).toEqual([403, 'insufficient_scope']);
  });

  test('ruling 17: a ceremony that earns scopes asks for user verification, and is refused without it', async () => {
    const { userId, key } = await they.enrolled();
    const token = await they.track(userId, { scope: 'remove:authenticators' });
    expect((await they.authenticationOptions(token)).options.userVerification).toBe('required');
    expect((await they.signIn(token, key, { flags: 1 | 8 | 16 })).body.errorCode).toBe('invalid_credential');
  });

  test('W7.2-17, N15: without user verification it is one factor: the proof is of medium assurance and earns no scope over a stronger one', async () => {
    const { userId, key } = await they.enrolled();
    const reply = await they.good(they.signIn(await they.track(userId), key, { flags: 1 | 8 | 16 }));
    expect(await they.validate(reply.accessToken)).toMatchObject({ isValid: true, assurance: 'medium' });
    const refused = await they.post(options, reply.accessToken, {});
    expect([refused.status, refused.body.errorCode]).toEqual([403, 'insufficient_scope']);
    const strong = await they.good(they.signIn(await they.track(userId), key));
    expect((await they.post(options, strong.accessToken, {})).status).toBe(200);
  });

  test('ruling 10: an action that demands high assurance asks for user verification', async () => {
    await app.call('POST', '/v1/management/action-configurations', {
      key: app.tenant.managementKey,
      body: { actionCode: 'vault', defaultUserActionResult: 'CHALLENGE', minimumAssurance: 'high' },
    });
    const { userId, key } = await they.enrolled();
    const token = await they.track(userId, {}, 'vault');
    expect((await they.authenticationOptions(token)).options.userVerification).toBe('required');
    expect((await they.signIn(token, key, { flags: 1 | 8 | 16 })).status).toBe(400);
    const reply = await they.good(they.signIn(token, key));
    expect(await they.validate(reply.accessToken)).toMatchObject({ isValid: true, assurance: 'high' });
  });

  test('conditional create is accepted without user presence, and then proves nothing', async () => {
    const userId = they.newUser();
    const token = await they.track(userId);
    const unattended = { flags: 8 | 16 };
    expect((await they.register(token, softwareKey(), unattended)).body.errorCode).toBe('invalid_credential');
    const reply = await they.good(they.register(token, softwareKey(), unattended, { conditionalCreate: true }));
    expect(reply.isVerified).toBe(true);
    expect(await they.validate(reply.accessToken)).toMatchObject({ isValid: false, state: 'CHALLENGE_REQUIRED' });
    expect((await they.post(options, reply.accessToken, {})).body.errorCode).toBe('insufficient_scope');
  });

  test('client-api 4.7: the different encodings of iOS are understood', async () => {
    const userId = they.newUser();
    const token = await they.track(userId);
    const { options: asked } = await they.registrationOptions(token);
    const key = softwareKey();
    const web = createCredential(key, asked, ownOrigin);
    const standard = (text: string) => Buffer.from(text, 'base64url').toString('base64');
    const { transports: _none, ...response } = web.response;
    const ios = {
      id: web.id,
      rawId: web.rawId,
      type: web.type,
      authenticatorAttachment: 'cross-platform',
      response: { ...response, clientDataJSON: standard(response.clientDataJSON) },
    };
    const added = await they.good(they.post('user-authenticators/passkey', token, { registrationCredential: ios }));
    expect(added.userAuthenticator.authenticatorAttachment).toBeUndefined();
    // iOS uses the text of user.id as the handle and returns it as text; a browser encodes it once more.
    const text = String(asked.user.id);
    for (const userHandle of [
      text,
      Buffer.from(text).toString('base64url'),
      Buffer.from(text, 'base64url').toString(),
    ]) {
      const { options: got } = await they.authenticationOptions(undefined);
      const used = useCredential(key, got, ownOrigin, { userHandle });
      const credential = {
        ...used,
        response: { ...used.response, clientDataJSON: standard(used.response.clientDataJSON) },
      };
      const reply = await they.post('verify/passkey', undefined, { authenticationCredential: credential });
      expect(reply.status, `${userHandle} ${reply.text}`).toBe(200);
    }
  });

  describe('with the tenant’s settings', () => {
    async function configure(body: object) {
      const listed = await app.call('GET', '/v1/management/authenticator-configurations', {
        key: app.tenant.managementKey,
      });
      const { authenticatorId } = listed.body.find(
        (entry: { verificationMethod: string }) => entry.verificationMethod === 'PASSKEY',
      );
      const path = `/v1/management/authenticator-configurations/${authenticatorId}`;
      const reply = await app.call('PATCH', path, { key: app.tenant.managementKey, body });
      expect(reply.status, reply.text).toBe(200);
    }

    test('only one is accepted where several are not permitted', async () => {
      await configure({ allowMultipleUserAuthenticators: false });
      const { accessToken } = await they.enrolled();
      const reply = await they.post(options, accessToken, {});
      expect([reply.status, reply.body.errorCode]).toEqual([400, 'invalid_configuration']);
      await configure({ allowMultipleUserAuthenticators: null });
    });

    test('is refused as the first authenticator if another method is required for recovery', async () => {
      await configure({ recoveryMethods: ['EMAIL_OTP'] });
      const userId = they.newUser();
      const reply = await they.post(options, await they.track(userId), {});
      expect([reply.status, reply.body.errorCode]).toEqual([400, 'invalid_request']);
      await app.call('POST', `/v1/users/${userId}/authenticators`, {
        body: { verificationMethod: 'EMAIL_OTP', email: 'a@example.com' },
      });
      const token = await they.track(userId, { scope: 'add:authenticators' });
      expect((await they.post(options, token, {})).status).toBe(200);
      await configure({ recoveryMethods: null });
    });

    test('A51: the server enforces the requested attachment and user verification', async () => {
      await configure({
        authenticatorAttachment: 'cross-platform',
        userVerificationRequirement: 'required',
        passkeyRegistrationHints: ['security-key', 'hybrid'],
      });
      const token = await they.track(they.newUser());
      const asked = await they.registrationOptions(token, { authenticatorAttachment: 'platform' });
      expect(asked.options).toMatchObject({
        hints: ['security-key', 'hybrid'],
        authenticatorSelection: { authenticatorAttachment: 'cross-platform', userVerification: 'required' },
      });
      expect((await they.register(token, softwareKey())).body.errorCode).toBe('invalid_credential');
      expect(await they.lastRefusal()).toBe('key');
      await configure({ authenticatorAttachment: null });
      expect((await they.register(token, softwareKey(), { flags: 1 | 8 | 16 })).body.errorCode).toBe(
        'invalid_credential',
      );
      const unasked = await they.register(token, softwareKey(), { flags: 1 | 8 | 16 }, { conditionalCreate: true });
      expect(await they.validate(unasked.body.accessToken)).toMatchObject({ isValid: false });
      const other = await they.register(await they.track(they.newUser()), softwareKey());
      expect(await they.validate(other.body.accessToken)).toMatchObject({ isValid: true });
      await configure({ userVerificationRequirement: null, passkeyRegistrationHints: null });
    });

    test('is refused where passkeys are switched off', async () => {
      const { userId, key } = await they.enrolled();
      const token = await they.track(userId);
      const [own, anybody] = [await they.authenticationOptions(token), await they.authenticationOptions(undefined)];
      await configure({ isActive: false });
      for (const [given, asked] of [
        [token, own],
        [undefined, anybody],
      ] as const) {
        const begin = await they.post('user-authenticators/passkey/authentication-options', given, {});
        expect(begin.body.errorCode).toBe('invalid_configuration');
        const authenticationCredential = useCredential(key, asked.options, ownOrigin);
        const finish = await they.post('verify/passkey', given, { authenticationCredential });
        expect(finish.body.errorCode).toBe('invalid_credential');
      }
      await configure({ isActive: true });
    });
  });

  test('any page of the tenant may ask whether a credential exists; every missing one gets the same error code', async () => {
    const { key } = await they.enrolled();
    const id = key.credentialId.toString('base64url');
    const find = (query: string) =>
      app.call('GET', `/v1/client/user-authenticators/passkey?${query}`, { key: app.tenant.tenantId });
    for (const query of [`credentialIds=none,${id}`, `credentialId=${id}`]) {
      expect((await find(query)).body).toEqual({ credentialId: id, verifiedAt: expect.any(String) });
    }
    for (const query of ['credentialIds=bm9uZQ', 'credentialId=!']) {
      const reply = await find(query);
      expect([reply.status, reply.body.errorCode]).toEqual([400, 'invalid_credential']);
    }
    const other = await app.createTenant('Elsewhere');
    const elsewhere = await app.call('GET', `/v1/client/user-authenticators/passkey?credentialId=${id}`, {
      key: other.tenantId,
    });
    expect(elsewhere.body.errorCode).toBe('invalid_credential');
  });
});
