/** Worry: a security key works where it should not, or the bare bodies that its client sends are not understood. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createCredential, softwareKey, useCredential } from '../../src/testkit/authenticator.ts';
import type { KeyOptions, Wrong } from '../../src/testkit/authenticator.ts';
import { testApp } from '../../src/testkit/test-app.ts';
import type { TestApp } from '../../src/testkit/test-app.ts';
import { databasesOf } from '../../src/testkit/test-database.ts';
import { keyHolder, ownOrigin } from './key-holder.ts';

const databaseKinds = databasesOf(import.meta.url);

describe.each(databaseKinds)('a security key through the client API, on the %s database', (kind) => {
  let app: TestApp;
  let they: ReturnType<typeof keyHolder>;
  beforeAll(async () => {
    app = await testApp(kind, { anonymousRateLimit: 10_000 });
    they = keyHolder(app);
  });
  afterAll(() => app.close());

  const path = 'user-authenticators/security-key';

  async function enrolledKey(options: KeyOptions = { isSynced: false, counter: 1 }) {
    const userId = they.newUser();
    const token = await they.track(userId);
    const asked = await they.good(they.post(`${path}/registration-options`, token, {}));
    const key = softwareKey(options);
    const added = await they.good(they.post(path, token, createCredential(key, asked, ownOrigin)));
    return { userId, key, asked, added, token };
  }
  async function verify(token: string, key: ReturnType<typeof softwareKey>, wrong: Wrong = {}) {
    const asked = await they.good(they.post(`${path}/authentication-options`, token, {}));
    return they.post('verify/security-key', token, useCredential(key, asked, ownOrigin, wrong));
  }

  test('is registered with bare bodies, and its registration completes the action', async () => {
    const { userId, key, asked, added } = await enrolledKey();
    expect(asked).toEqual({
      challenge: expect.stringMatching(/^[\w-]{43}$/),
      rp: { id: 'localhost', name: 'Test tenant' },
      user: { id: expect.any(String), name: userId, displayName: userId },
      pubKeyCredParams: expect.any(Array),
      timeout: 60_000,
      attestation: 'none',
      excludeCredentials: [],
      authenticatorSelection: {
        residentKey: 'discouraged',
        requireResidentKey: false,
        userVerification: 'preferred',
        authenticatorAttachment: 'cross-platform',
      },
    });
    expect(added).toMatchObject({
      isVerified: true,
      userId,
      credentialId: key.credentialId.toString('base64url'),
      userAuthenticator: {
        verificationMethod: 'SECURITY_KEY',
        webauthnCredential: { credentialDeviceType: 'singleDevice' },
      },
    });
    expect(await they.validate(added.accessToken)).toMatchObject({ isValid: true, verificationMethod: 'SECURITY_KEY' });
  });

  test('proves an action without naming its user; its counter is checked', async () => {
    const { userId, key } = await enrolledKey();
    const reply = await verify(await they.track(userId), key, { userHandle: null });
    expect(reply.body).toEqual({ isVerified: true, accessToken: expect.any(String) });
    expect(await they.validate(reply.body.accessToken)).toMatchObject({ isValid: true, assurance: 'high' });
    expect((await verify(await they.track(userId), key, { counter: 1 })).body.errorCode).toBe('invalid_credential');
  });

  test('A49, A53: another user’s key, an unknown one, a passkey or a repeated signature is refused', async () => {
    const [ann, bob] = [await enrolledKey(), await enrolledKey()];
    const token = await they.track(ann.userId);
    for (const key of [bob.key, softwareKey()]) {
      const reply = await verify(token, key, { userHandle: null });
      expect([reply.status, reply.body.errorCode]).toEqual([400, 'invalid_credential']);
    }
    const { userId, key: passkey } = await they.enrolled();
    expect((await verify(await they.track(userId), passkey)).body.errorCode).toBe('invalid_credential');
    const asked = await they.good(they.post(`${path}/authentication-options`, token, {}));
    const body = useCredential(ann.key, asked, ownOrigin);
    expect((await they.post('verify/security-key', token, body)).status).toBe(200);
    expect((await they.post('verify/security-key', token, body)).body.errorCode).toBe('invalid_credential');
    // And a security key does not count as a passkey, though the same tenant knows it.
    expect((await they.signIn(undefined, ann.key)).body.errorCode).toBe('invalid_credential');
  });

  test('A11: a second one needs the scope; the first is then excluded', async () => {
    const { userId, key, added } = await enrolledKey();
    const refused = await they.post(`${path}/registration-options`, await they.track(userId), {});
    expect(refused.body.errorCode).toBe('insufficient_scope');
    const asked = await they.good(they.post(`${path}/registration-options`, added.accessToken, {}));
    expect(asked.excludeCredentials).toEqual([
      { id: key.credentialId.toString('base64url'), type: 'public-key', transports: ['internal', 'hybrid'] },
    ]);
    const second = createCredential(softwareKey(), asked, ownOrigin);
    expect((await they.post(path, added.accessToken, second)).status).toBe(200);
  });

  test('a user without a security key is asked for one all the same, which no key can answer', async () => {
    const { userId } = await they.enrolled();
    const token = await they.track(userId);
    const asked = await they.good(they.post(`${path}/authentication-options`, token, {}));
    expect(asked.allowCredentials).toHaveLength(1);
    const key = softwareKey({ credentialId: Buffer.from(asked.allowCredentials[0].id, 'base64url') });
    const reply = await they.post('verify/security-key', token, useCredential(key, asked, ownOrigin));
    expect(reply.body.errorCode).toBe('invalid_credential');
  });
});
