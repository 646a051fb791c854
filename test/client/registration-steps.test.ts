/** WebAuthn §7.1, step by step: mistakes of an authenticator or a page that the server has to detect itself. */
import { createHash, randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  coseKey,
  createCredential,
  ed25519Key,
  encodeCbor,
  selfAttestation,
  softwareKey,
  useCredential,
} from '../../src/testkit/authenticator.ts';
import type { SoftwareKey, Wrong } from '../../src/testkit/authenticator.ts';
import { testApp } from '../../src/testkit/test-app.ts';
import type { TestApp } from '../../src/testkit/test-app.ts';
import { keyHolder, ownOrigin } from './key-holder.ts';

let app: TestApp;
let they: ReturnType<typeof keyHolder>;
beforeAll(async () => {
  app = await testApp('embedded', { isDevelopment: false, anonymousRateLimit: 10_000 });
  they = keyHolder(app);
});
afterAll(() => app.close());

const path = 'user-authenticators/passkey';
const newToken = () => they.track(they.newUser());

/**
 * The registration is refused for this reason, and then a valid one with the same options is refused too: the challenge
 * is used up.
 */
async function expectRefused(why: string, wrong: Wrong, key: SoftwareKey = softwareKey(), origin = ownOrigin) {
  const token = await newToken();
  const { options } = await they.registrationOptions(token);
  const bad = await they.post(path, token, { registrationCredential: createCredential(key, options, origin, wrong) });
  expect([bad.status, bad.body.errorCode], bad.text).toEqual([400, 'invalid_credential']);
  expect(bad.body.errorDescription).toBe('The credential could not be verified. Begin again with new options.');
  expect(await they.lastRefusal()).toBe(why);
  const good = await they.post(path, token, {
    registrationCredential: createCredential(softwareKey(), options, ownOrigin),
  });
  // Client data from which no challenge can be read uses none up.
  if (why === 'client data' || why === 'challenge') expect(good.status).toBe(200);
  else expect(good.body.errorCode).toBe('invalid_credential');
  return bad;
}

/** The backend imports a key that was created elsewhere. */
const bringAlong = (userId: string, key: SoftwareKey, publicKey = key.publicKey) =>
  app.call('POST', `/v1/users/${userId}/authenticators`, {
    body: {
      verificationMethod: 'PASSKEY',
      credentialId: key.credentialId.toString('base64url'),
      credentialPublicKey: encodeCbor(publicKey).toString('base64url'),
    },
  });

test('a valid registration is accepted, for each algorithm that is offered', async () => {
  for (const algorithm of ['ES256', 'Ed25519', 'RS256'] as const) {
    expect((await they.register(await newToken(), softwareKey({ algorithm }))).status).toBe(200);
  }
});

test('W7.1-3: an assertion is not accepted as a registration', async () => {
  const token = await newToken();
  const { options } = await they.registrationOptions(token);
  const assertion = useCredential(softwareKey(), { challenge: options.challenge, rpId: 'localhost' }, ownOrigin);
  const reply = await they.post(path, token, { registrationCredential: assertion });
  expect([reply.status, reply.body.errorCode]).toEqual([400, 'invalid_request']);
});

test('W7.1-4, W7.1-28: extensions that were not requested are ignored and not reported', async () => {
  const token = await newToken();
  const { options } = await they.registrationOptions(token);
  const extensions = encodeCbor(new Map([['credProtect', 2]]));
  const credential = createCredential(softwareKey(), options, ownOrigin, { extensions });
  const clientExtensionResults = { appid: true, mallory: 'x'.repeat(40_000) };
  const reply = await they.post(path, token, { registrationCredential: { ...credential, clientExtensionResults } });
  expect(reply.status, reply.text).toBe(200);
  expect(reply.text).not.toMatch(/appid|mallory|credProtect/);
});

describe('W7.1-5, W7.1-6: client data is UTF-8, JSON and an object, without duplicate members', () => {
  const text = (bytes: Buffer) => bytes.toString();
  test.each<[string, (bytes: Buffer) => Buffer]>([
    ['invalid UTF-8', (bytes) => Buffer.concat([bytes.subarray(0, -1), Buffer.from(',"x":"\xff"}', 'latin1')])],
    ['not JSON', (bytes) => bytes.subarray(0, -1)],
    ['an array', (bytes) => Buffer.from(`[${text(bytes)}]`)],
    ['null', () => Buffer.from('null')],
    ['one name twice', (bytes) => Buffer.from(text(bytes).replace('{', '{"origin":"https://evil.example",'))],
    [
      'a duplicate name, once escaped',
      (bytes) => Buffer.from(text(bytes).replace('{', '{"\\u006frigin":"https://x.example",')),
    ],
    ['larger than any', (bytes) => Buffer.from(text(bytes).replace('}', `,"x":"${'x'.repeat(5000)}"}`))],
  ])('%s', (_name, clientDataBytes) => expectRefused('client data', { clientDataBytes }).then(() => undefined));

  test('10,000 levels of nesting are refused', async () => {
    const token = await newToken();
    const { options } = await they.registrationOptions(token);
    for (const levels of [1_000, 10_000]) {
      const deep = `,"x":${'['.repeat(levels)}${']'.repeat(levels)}}`;
      const clientDataBytes = (bytes: Buffer) => Buffer.from(text(bytes).replace('}', deep));
      const registrationCredential = createCredential(softwareKey(), options, 'http://x.example', { clientDataBytes });
      expect((await they.post(path, token, { registrationCredential })).status).toBe(400);
    }
  });

  test('a byte order mark is refused', async () => {
    const clientDataBytes = (bytes: Buffer) => Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), bytes]);
    const reply = await they.register(await newToken(), softwareKey(), { clientDataBytes });
    expect([200, 400]).toContain(reply.status);
    expect(reply.body.errorCode ?? 'taken').toMatch(/^(taken|invalid_credential)$/);
  });

  test('1 MB is refused', async () => {
    const token = await newToken();
    const { options } = await they.registrationOptions(token);
    const clientDataBytes = (bytes: Buffer) => Buffer.from(text(bytes).replace('}', `,"x":"${'x'.repeat(1e6)}"}`));
    const registrationCredential = createCredential(softwareKey(), options, ownOrigin, { clientDataBytes });
    expect((await they.post(path, token, { registrationCredential })).status).toBe(413);
  });
});

test('W7.1-7: client data of another type is refused', async () => {
  await expectRefusedBurnt({ clientData: (data) => ({ ...data, type: 'webauthn.get' }) });
});

/** As above, for client data whose challenge can be read, and is used up. */
async function expectRefusedBurnt(wrong: Wrong): Promise<void> {
  const token = await newToken();
  const { options } = await they.registrationOptions(token);
  const send = (bent: Wrong) =>
    they.post(path, token, { registrationCredential: createCredential(softwareKey(), options, ownOrigin, bent) });
  expect((await send(wrong)).body.errorCode).toBe('invalid_credential');
  expect((await send({})).body.errorCode).toBe('invalid_credential');
}

describe('W7.1-8, A53: the challenge was issued to this user, for this action and this purpose, and works once', () => {
  const answer = (options: { challenge: string; rp: { id: string }; user: { id: string } }) => ({
    registrationCredential: createCredential(softwareKey(), options, ownOrigin),
  });
  async function expectUnknown(reply: Promise<{ body: { errorCode?: string } }>) {
    expect((await reply).body.errorCode).toBe('invalid_credential');
    expect(await they.lastRefusal()).toBe('challenge');
  }

  test('refused if never issued, empty, or written with padding', async () => {
    for (const change of [() => randomBytes(32).toString('base64url'), () => '', (text: string) => `${text}=`]) {
      const bend = (data: Record<string, unknown>) => ({ ...data, challenge: change(String(data['challenge'])) });
      await expectRefused('challenge', { clientData: bend });
    }
  });

  test("W7.1-29: refused if it is another user's, another tenant's or another action's", async () => {
    const [ann, bob] = [they.newUser(), they.newUser()];
    const [annPays, bobPays] = [await they.track(ann), await they.track(bob)];
    const { options } = await they.registrationOptions(annPays);
    await expectUnknown(they.post(path, bobPays, answer(options)));
    await expectUnknown(they.post(path, await they.track(ann, {}, 'other'), answer(options)));
    const other = await app.createTenant('Other');
    const tracked = await app.call('POST', `/v1/users/${ann}/actions/pay`, { key: other.secretKey });
    await expectUnknown(they.post(path, tracked.body.token, answer(options)));
    // None of these attempts has used it up.
    expect((await they.post(path, annPays, answer(options))).status).toBe(200);
  });

  test('refused if used before', async () => {
    const token = await newToken();
    const { options } = await they.registrationOptions(token);
    expect((await they.post(path, token, answer(options))).status).toBe(200);
    const elevated = await they.track(they.newUser(), { scope: 'add:authenticators' });
    await expectUnknown(they.post(path, elevated, answer(options)));
  });

  test('refused if expired', async () => {
    const userId = they.newUser();
    const token = await they.track(userId);
    const { options } = await they.registrationOptions(token);
    await app.runtime.advance(5 * 60_000);
    await expectUnknown(they.post(path, token, answer(options)));
  });

  test('refused if issued for an assertion, or for the other kind of key', async () => {
    const { userId, key, accessToken } = await they.enrolled();
    const asked = await they.authenticationOptions(await they.track(userId, { idempotencyKey: 'k' }));
    const same = { challenge: asked.options.challenge, rp: { id: 'localhost' }, user: { id: 'eA' } };
    await expectUnknown(
      they.post(path, await they.track(userId, { idempotencyKey: 'k', scope: 'add:authenticators' }), answer(same)),
    );
    const { options } = await they.registrationOptions(accessToken);
    const used = useCredential(key, { challenge: options.challenge, rpId: 'localhost' }, ownOrigin);
    const crossed = they.post('verify/passkey', accessToken, { authenticationCredential: used });
    await expectUnknown(crossed);
    await expectUnknown(
      they.post('user-authenticators/security-key', accessToken, answer(options).registrationCredential),
    );
  });
});

describe('W7.1-9: the origin is exactly one that the tenant expects', () => {
  test.each([
    'https://localhost:4000',
    'http://localhost',
    'http://localhost:4001',
    'http://localhost:4000.',
    'http://localhost.:4000',
    'http://LOCALHOST:4000',
    'http://a.localhost:4000',
    'http://localhost:4000/',
    'http://localhost:4000.evil.example',
    'null',
    '',
  ])('%s', (origin) => expectRefused('origin', {}, softwareKey(), origin).then(() => undefined));

  test("another tenant's origin is refused", async () => {
    const other = await app.createTenant('With a domain');
    await app.call('PATCH', '/v1/management/authenticator-configurations/passkey', {
      key: other.managementKey,
      body: { relyingParty: 'shop.example', expectedOrigins: ['https://shop.example'] },
    });
    await expectRefused('origin', {}, softwareKey(), 'https://shop.example');
  });

  test('ruling 57: a phone app is accepted if the SHA-256 of its certificate is expected, however that is written', async () => {
    const hash = Buffer.alloc(32, 0xfb);
    const origin = `android:apk-key-hash:${hash.toString('base64url')}`;
    await expectRefused('origin', {}, softwareKey(), origin);
    await app.call('PATCH', '/v1/management/authenticator-configurations/passkey', {
      key: app.tenant.managementKey,
      body: { relyingParty: 'localhost', expectedOrigins: [`android:apk-key-hash:${hash.toString('hex')}`] },
    });
    expect((await they.register(await newToken(), softwareKey(), {}, {}, origin)).status).toBe(200);
  });
});

describe('W7.1-10, W7.1-11: in a frame, only this server’s own pages are accepted, and only on pages of the tenant', () => {
  const framed = (topOrigin?: unknown) => ({
    clientData: (data: Record<string, unknown>) => ({
      ...data,
      crossOrigin: true,
      ...(topOrigin === undefined ? {} : { topOrigin }),
    }),
  });
  const app1 = 'https://app.example';
  beforeAll(() =>
    app.call('PATCH', '/v1/management/authenticator-configurations/passkey', {
      key: app.tenant.managementKey,
      body: { relyingParty: 'localhost', expectedOrigins: [app1] },
    }),
  );

  test('the tenant’s own page in a frame is refused', () =>
    expectRefused('origin', framed(ownOrigin), softwareKey(), app1).then(() => undefined));
  test('an unknown surrounding page is refused', () =>
    expectRefused('origin', framed('https://evil.example')).then(() => undefined));
  test('a surrounding page without a frame is refused', () =>
    expectRefused('origin', { clientData: (data) => ({ ...data, topOrigin: app1 }) }).then(() => undefined));
  test('a crossOrigin that is not a boolean is refused', () =>
    expectRefused('client data', { clientData: (data) => ({ ...data, crossOrigin: 'true' }) }).then(() => undefined));
  test('this server’s page in a frame of the tenant’s page is accepted', async () => {
    expect((await they.register(await newToken(), softwareKey(), framed(app1))).status).toBe(200);
    expect((await they.register(await newToken(), softwareKey(), framed())).status).toBe(200);
  });
});

test('W7.1-12, W7.1-22: attestation over other client data, or signed by another key, is refused', async () => {
  const signed: Wrong = { fmt: 'packed', attestationStatement: selfAttestation };
  expect((await they.register(await newToken(), softwareKey(), signed)).status).toBe(200);
  const space = (bytes: Buffer) => Buffer.from(bytes.toString().replace(',"crossOrigin"', ', "crossOrigin"'));
  await expectRefused('signature', { ...signed, signedClientDataBytes: space });
  await expectRefused('signature', { ...signed, attestationStatement: (data) => selfAttestation(data, softwareKey()) });
});

describe('W7.1-13: the attestation object is one item of canonical CBOR', () => {
  const authData = Buffer.concat([createHash('sha256').update('localhost').digest(), Buffer.alloc(5)]);
  test.each<[string, (bytes: Buffer) => Buffer]>([
    ['with trailing bytes', (bytes) => Buffer.concat([bytes, Buffer.from([0])])],
    ['truncated', (bytes) => bytes.subarray(0, -1)],
    ['truncated by half', (bytes) => bytes.subarray(0, bytes.length / 2)],
    ['of indefinite length', (bytes) => Buffer.concat([Buffer.from([0xbf]), bytes.subarray(1), Buffer.from([0xff])])],
    [
      'with a duplicate name',
      (bytes) => Buffer.concat([Buffer.from([0xa4]), bytes.subarray(1), encodeCbor('fmt'), encodeCbor('none')]),
    ],
    ['not a map', () => encodeCbor('none')],
    [
      'without an attested credential',
      () =>
        encodeCbor(
          new Map([
            ['fmt', 'none'],
            ['authData', authData],
          ] as never),
        ),
    ],
    ['not CBOR', () => randomBytes(64)],
  ])('%s', (_name, attestationObject) => expectRefused('response', { attestationObject }).then(() => undefined));

  test('authenticator data with trailing bytes is refused', () =>
    expectRefused('response', { authenticatorData: (bytes) => Buffer.concat([bytes, Buffer.from([0])]) }).then(
      () => undefined,
    ));
});

test('W7.1-14: the relying party is the one named in the options', async () => {
  for (const rpId of ['host', 'a.localhost', 'shop.example', '']) await expectRefused('response', { rpId });
});

test('W7.1-15: a registration without user presence is refused', () =>
  expectRefused('response', { flags: 4 | 8 | 16 }).then(() => undefined));

test('W7.1-16, A50: a registration without user verification is refused where it is required', async () => {
  const userId = they.newUser();
  const token = await they.track(userId, { scope: 'add:authenticators' });
  expect((await they.registrationOptions(token)).options.authenticatorSelection.userVerification).toBe('required');
  expect((await they.register(token, softwareKey(), { flags: 1 | 8 | 16 })).body.errorCode).toBe('invalid_credential');
  expect((await they.register(token, softwareKey())).status).toBe(200);
});

test('W7.1-17, W7.1-18: a key that is backed up but not eligible for backup is refused', () =>
  expectRefused('response', { flags: 1 | 4 | 16 }).then(() => undefined));

describe('W7.1-20: the key uses an algorithm that was offered, and matches what it claims to be', () => {
  const point = { x: randomBytes(32), y: randomBytes(32) };
  const p256 = softwareKey().publicKey;
  const half = (name: number) => Buffer.from(p256.get(name) as Buffer);
  const ed25519 = softwareKey({ algorithm: 'Ed25519' }).publicKey;
  const x25519 = Buffer.from(ed25519.get(-2) as Buffer);
  const modulus = Buffer.concat([Buffer.from([0x80]), randomBytes(255)]);
  const neutralPoint = Buffer.concat([Buffer.from([1]), Buffer.alloc(31)]);
  const rsaKey = (n: Buffer, e = Buffer.from([1, 0, 1]), alg = -257) =>
    new Map<number | string, number | Buffer>([
      [1, 3],
      [3, alg],
      [-1, n],
      [-2, e],
    ]);
  test.each<[string, string, Wrong]>([
    ['ES384', 'response', { publicKey: softwareKey({ algorithm: 'ES384' }).publicKey }],
    ['ES256K', 'response', { publicKey: coseKey(-47, 8, point.x, point.y) }],
    ['PS256', 'response', { publicKey: rsaKey(modulus, undefined, -37) }],
    ['RS1', 'response', { publicKey: rsaKey(modulus, undefined, -65535) }],
    ['no algorithm', 'response', { publicKey: new Map([...p256].filter(([name]) => name !== 3)) }],
    ['ES256 on another curve', 'key', { publicKey: coseKey(-7, 2, randomBytes(48), randomBytes(48)) }],
    ['ES256 with a point off the curve', 'key', { publicKey: coseKey(-7, 1, point.x, point.y) }],
    ['ES256 at the origin', 'key', { publicKey: coseKey(-7, 1, Buffer.alloc(32), Buffer.alloc(32)) }],
    ['ES256 with a short coordinate', 'key', { publicKey: coseKey(-7, 1, half(-2).subarray(1), half(-3)) }],
    ['Ed25519 under its other number', 'response', { publicKey: ed25519Key(x25519, -19) }],
    ['EdDSA on another curve', 'key', { publicKey: new Map([...ed25519, [-1, 7]]) }],
    ['EdDSA on P-256', 'key', { publicKey: new Map([...p256, [3, -8]]) }],
    ['ES256 on Ed25519', 'key', { publicKey: ed25519Key(x25519, -7) }],
    ['Ed25519 with a short coordinate', 'key', { publicKey: ed25519Key(x25519.subarray(1)) }],
    ['Ed25519 with a long coordinate', 'key', { publicKey: ed25519Key(Buffer.concat([x25519, Buffer.alloc(1)])) }],
    ['Ed25519 at the neutral point, with which anyone can sign', 'key', { publicKey: ed25519Key(neutralPoint) }],
    ['RS256 of 1024 bits', 'key', { publicKey: rsaKey(randomBytes(128)) }],
    [
      'RS256 of 1024 bits padded with zeros',
      'key',
      { publicKey: rsaKey(Buffer.concat([Buffer.alloc(128), randomBytes(128)])) },
    ],
    ['RS256 with the exponent 1', 'key', { publicKey: rsaKey(modulus, Buffer.from([0, 0, 1])) }],
  ])('%s can be neither registered nor imported', async (_name, why, wrong) => {
    await expectRefused(why, wrong);
    const reply = await bringAlong(they.newUser(), softwareKey(), wrong.publicKey);
    expect([reply.status, reply.body.errorCode]).toEqual([400, 'invalid_credential']);
    expect(reply.body.errorDescription).toMatch(/of ES256 on P-256, or of EdDSA on Ed25519, or of RS256/);
  });

  test('the same algorithms are offered, registered, imported and accepted at sign-in', async () => {
    const { options } = await they.registrationOptions(await newToken());
    const offered = options.pubKeyCredParams.map(({ alg }: { alg: number }) => alg);
    expect(offered).toEqual([-7, -8, -257]);
    for (const algorithm of ['ES256', 'Ed25519', 'RS256', 'ES384'] as const) {
      const [own, moved] = [softwareKey({ algorithm }), softwareKey({ algorithm })];
      const isTaken = offered.includes(Number(own.publicKey.get(3)));
      const status = isTaken ? 200 : 400;
      const signed: Wrong = { fmt: 'packed', attestationStatement: selfAttestation };
      expect((await they.register(await newToken(), own, signed)).status, algorithm).toBe(status);
      const userId = they.newUser();
      expect((await bringAlong(userId, moved)).status, algorithm).toBe(status);
      if (isTaken) expect((await they.signIn(await they.track(userId), moved)).body.userId, algorithm).toBe(userId);
    }
  });

  test('W7.1-22: a self-attested key names its own algorithm', async () => {
    for (const algorithm of ['ES256', 'Ed25519', 'RS256'] as const) {
      const key = softwareKey({ algorithm });
      for (const alg of [-7, -8, -257, -35].filter((id) => id !== key.publicKey.get(3))) {
        const attestationStatement = (toSign: Buffer) => new Map([...selfAttestation(toSign, key)]).set('alg', alg);
        const reply = await they.register(await newToken(), key, { fmt: 'packed', attestationStatement });
        expect(reply.body.errorCode, `${algorithm} as ${alg}`).toBe('invalid_credential');
      }
    }
  });
});

test('W7.1-21: the attestation format is one of those known, exactly as written', async () => {
  for (const fmt of ['Packed', 'packed\0', 'NONE', 'fido_u2f', '']) await expectRefused('response', { fmt });
});

test('W7.1-22: an attestation of format none contains no statement; a broken one is refused', async () => {
  await expectRefused('response', { attestationStatement: selfAttestation });
  await expectRefused('response', { fmt: 'packed' });
  await expectRefused('response', { fmt: 'tpm' });
});

test('W7.1-25: a credential id has 1 to 1,023 bytes, and is the one in the authenticator data', async () => {
  expect((await they.register(await newToken(), softwareKey(), { credentialId: randomBytes(1023) })).status).toBe(200);
  await expectRefused('credential', { credentialId: randomBytes(1024) });
  const empty = await newToken();
  expect((await they.register(empty, softwareKey(), { credentialId: Buffer.alloc(0) })).status).toBe(400);
  await expectRefused('credential', { id: randomBytes(32).toString('base64url') });
});

describe('W7.1-26, A52: a credential id is registered once in a tenant, and never changes its owner or its key', () => {
  test('refused for the same user, for another, and for an authenticator with its own key', async () => {
    const { key, accessToken, userId } = await they.enrolled();
    const other = await newToken();
    const thief = softwareKey({ credentialId: key.credentialId });
    for (const [token, given] of [
      [accessToken, key],
      [other, { ...key }],
      [other, thief],
    ] as const) {
      const reply = await they.register(token, given);
      expect([reply.status, reply.body.errorCode]).toEqual([400, 'invalid_request']);
    }
    expect((await they.signIn(await they.track(userId), key)).body.userId).toBe(userId);
    expect((await they.signIn(await they.track(userId), thief)).body.errorCode).toBe('invalid_credential');
  });

  test('another tenant may have the same id', async () => {
    const { key } = await they.enrolled();
    const tenant = await app.createTenant('Apart');
    const tracked = await app.call('POST', '/v1/users/ann/actions/pay', { key: tenant.secretKey });
    expect((await they.register(tracked.body.token, key)).status).toBe(200);
  });
});

test('W7.1-27: the client’s unsigned claims about its key are not believed', async () => {
  const userId = they.newUser();
  const key = softwareKey({ counter: 9, isSynced: false });
  const sent = { counter: 0, userId: 'mallory', verified: true, isVerified: true, credentialDeviceType: 'multiDevice' };
  const reply = await they.good(they.register(await they.track(userId), key, {}, sent));
  expect(reply).toMatchObject({
    userId,
    userAuthenticator: { webauthnCredential: { credentialDeviceType: 'singleDevice' } },
  });
  expect(await they.stored(key)).toMatchObject({
    counter: 9,
    state: { isBackupEligible: false, isBackedUp: false, transports: ['internal', 'hybrid'], rpId: 'localhost' },
  });
});

test('A18: a registration cannot be finished with an empty request, nor without having begun', async () => {
  const token = await newToken();
  for (const body of [{}, { registrationCredential: {} }, { registrationCredential: null }, undefined]) {
    expect((await they.post(path, token, body)).body.errorCode).toBe('invalid_request');
  }
  const never = { challenge: randomBytes(32).toString('base64url'), rp: { id: 'localhost' }, user: { id: 'eA' } };
  const reply = await they.post(path, token, {
    registrationCredential: createCredential(softwareKey(), never, ownOrigin),
  });
  expect(reply.body.errorCode).toBe('invalid_credential');
  expect(await they.validate(token)).toMatchObject({ isValid: false, state: 'CHALLENGE_REQUIRED' });
});

test('A54: no key can be planted from a page that is not the tenant’s, at the first or the last step, and the user is notified of every new key', async () => {
  const userId = they.newUser();
  const token = await they.track(userId, { email: `${userId}@example.com` });
  const evil = { origin: 'https://evil.example' };
  const begin = await they.post(`${path}/registration-options`, token, {}, evil);
  expect([begin.status, begin.body.errorCode]).toEqual([403, 'forbidden']);
  const { options } = await they.registrationOptions(token);
  const registrationCredential = createCredential(softwareKey(), options, ownOrigin);
  expect((await they.post(path, token, { registrationCredential }, evil)).status).toBe(403);
  expect((await they.post(path, token, { registrationCredential }, { origin: ownOrigin })).status).toBe(200);
});
