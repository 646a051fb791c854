/** Worry: an app that nobody has attested is enrolled where the tenant asks for proof, or a genuine one is refused. */
import 'reflect-metadata';
import { createHash, generateKeyPairSync, randomBytes } from 'node:crypto';
import { CompactEncrypt, CompactSign } from 'jose';
import * as x509 from '@peculiar/x509';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { encodeCbor } from '../../src/testkit/authenticator.ts';
import type { Cbor } from '../../src/testkit/authenticator.ts';
import { statement } from '../../src/storage/sql.ts';
import { phone } from '../../src/testkit/phone.ts';
import type { AddOptions, Platform } from '../../src/testkit/phone.ts';
import { testApp } from '../../src/testkit/test-app.ts';
import type { TestApp, TestTenant } from '../../src/testkit/test-app.ts';
import { certify, pem } from '../rig/attestation.ts';
import type { Holder } from '../rig/attestation.ts';

const sha256 = (data: Buffer | string) => createHash('sha256').update(data).digest();
const google = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const decryptionKey = randomBytes(32);
const packageName = 'com.example.bank';

let root: Holder;
let intermediate: Holder;
let stranger: Holder;
let app: TestApp;
let people = 0;
const settings = () => ({
  requireAppAttestation: true,
  appleTeamId: 'TEAM123456',
  appleBundleIds: ['com.example.other', 'com.example.bank'],
  appAttestTrustAnchors: [pem(root)],
  androidPackageName: packageName,
  playIntegrityCredentials: {
    decryptionKey: decryptionKey.toString('base64'),
    verificationKey: google.publicKey.export({ type: 'spki', format: 'der' }).toString('base64'),
  },
});

async function tenantWith(body: object): Promise<TestTenant> {
  const tenant = await app.createTenant('Bank');
  const path = '/v1/management/authenticator-configurations/in-app';
  const reply = await app.call('POST', path, { key: tenant.managementKey, body });
  expect(reply.status, reply.text).toBe(200);
  await app.app.context.published.refresh();
  return tenant;
}

let strict: TestTenant;
let lenient: TestTenant;
let unconfigured: TestTenant;
beforeAll(async () => {
  app = await testApp('embedded', { anonymousRateLimit: 100_000 });
  root = await certify();
  intermediate = await certify({ subject: 'CN=Apple App Attestation CA 1', issuer: root });
  stranger = await certify({ subject: 'CN=Stranger' });
  strict = await tenantWith(settings());
  lenient = await tenantWith({ ...settings(), appAttestationFailureMode: 'ALLOW_WITH_WARNING' });
  unconfigured = await tenantWith({ requireAppAttestation: true });
});
afterAll(() => app.close());

type Attest = (nonce: string) => Promise<{ token: string; keyId?: string }>;

interface AppleWishes {
  readonly by?: () => Holder;
  readonly appId?: string;
  readonly aaguid?: string;
  readonly nonce?: string;
  readonly counter?: number;
  readonly keyId?: string;
  readonly fmt?: string;
}

/** What `DCAppAttestService.attestKey` gives for a nonce. */
function apple(wishes: AppleWishes = {}): Attest {
  return async (given) => {
    const pair = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, ['sign', 'verify']);
    const point = Buffer.from(await crypto.subtle.exportKey('raw', pair.publicKey));
    const keyId = sha256(point);
    const counter = Buffer.alloc(4);
    counter.writeUInt32BE(wishes.counter ?? 0);
    const authData = Buffer.concat([
      sha256(wishes.appId ?? 'TEAM123456.com.example.bank'),
      Buffer.from([0x40]),
      counter,
      Buffer.from((wishes.aaguid ?? 'appattest').padEnd(16, '\0')),
      Buffer.from([0, 32]),
      keyId,
      encodeCbor(
        new Map<number | string, Cbor>([
          [1, 2],
          [3, -7],
          [-1, 1],
          [-2, point.subarray(1, 33)],
          [-3, point.subarray(33)],
        ]),
      ),
    ]);
    const nonce = sha256(Buffer.concat([authData, sha256(wishes.nonce ?? given)]));
    const value = Buffer.concat([Buffer.from('3024a1220420', 'hex'), nonce]);
    const leaf = await certify({
      subject: 'CN=App',
      issuer: (wishes.by ?? (() => intermediate))(),
      publicKey: pair.publicKey as never,
      isAuthority: false,
      extensions: [new x509.Extension('1.2.840.113635.100.8.2', false, value)],
    });
    const chain = [leaf, intermediate].map(({ certificate }) => Buffer.from(certificate.rawData));
    const object = encodeCbor(
      new Map<string, Cbor>([
        ['fmt', wishes.fmt ?? 'apple-appattest'],
        [
          'attStmt',
          new Map<string, Cbor>([
            ['x5c', chain],
            ['receipt', Buffer.from('receipt')],
          ]),
        ],
        ['authData', authData],
      ]),
    );
    return { token: object.toString('base64'), keyId: wishes.keyId ?? keyId.toString('base64') };
  };
}

interface GoogleWishes {
  readonly verdict?: (verdict: Record<string, object>) => object;
  readonly signer?: typeof google.privateKey;
  readonly wrapper?: Buffer;
}

/** What a classic Play Integrity request gives for a nonce. */
function playIntegrity({
  verdict = (given) => given,
  signer = google.privateKey,
  wrapper = decryptionKey,
}: GoogleWishes = {}): Attest {
  return async (nonce) => {
    const given = {
      requestDetails: {
        requestPackageName: packageName,
        timestampMillis: String(app.runtime.clock.now()),
        nonce: `${nonce}=`,
      },
      appIntegrity: { appRecognitionVerdict: 'PLAY_RECOGNIZED', packageName },
      deviceIntegrity: { deviceRecognitionVerdict: ['MEETS_DEVICE_INTEGRITY'] },
    };
    const signed = await new CompactSign(Buffer.from(JSON.stringify(verdict(given))))
      .setProtectedHeader({ alg: 'ES256' })
      .sign(signer);
    const token = await new CompactEncrypt(Buffer.from(signed))
      .setProtectedHeader({ alg: 'A256KW', enc: 'A256GCM' })
      .encrypt(wrapper);
    return { token };
  };
}

async function enrol(tenant: TestTenant, platform: Platform, attest?: Attest) {
  const userId = `attested-${(people += 1)}`;
  const device = phone({
    platform,
    tenantId: tenant.tenantId,
    now: () => app.runtime.clock.now(),
    send: ({ method, path, headers, body }) =>
      app.call(method, path, { key: null, headers, ...(body === undefined ? {} : { rawBody: body }) }),
  });
  const tracked = await app.call('POST', `/v1/users/${userId}/actions/pay`, {
    key: tenant.secretKey,
    body: { idempotencyKey: 'k' },
  });
  const options: AddOptions = attest === undefined ? {} : { attest };
  const reply = await device.inApp.addCredential(tracked.body.token, options);
  const action = await app.call('GET', `/v1/users/${userId}/actions/pay/k`, { key: tenant.secretKey });
  return { reply, userId, device, state: String(action.body.state), token: String(tracked.body.token) };
}

test('App Attest and Play Integrity: a genuine app is enrolled, without asking anyone', async () => {
  for (const [platform, attest] of [
    ['ios', apple()],
    ['android', playIntegrity()],
  ] as const) {
    const { reply, state } = await enrol(strict, platform, attest);
    expect([reply.status, state], JSON.stringify(reply.body)).toEqual([200, 'CHALLENGE_SUCCEEDED']);
  }
});

const bad: readonly (readonly [string, Platform, Attest | undefined])[] = [
  ['no statement', 'ios', undefined],
  ['no CBOR', 'ios', () => Promise.resolve({ token: 'AAAA', keyId: '' })],
  ['another format', 'ios', apple({ fmt: 'packed' })],
  ['a chain to a stranger', 'ios', apple({ by: () => stranger })],
  ['another nonce', 'ios', apple({ nonce: 'another' })],
  ['another app', 'ios', apple({ appId: 'TEAM123456.com.example.evil' })],
  ['another team', 'ios', apple({ appId: 'EVIL123456.com.example.bank' })],
  ['a development build', 'ios', apple({ aaguid: 'appattestdevelop' })],
  ['a key that was used', 'ios', apple({ counter: 1 })],
  ['the id of another key', 'ios', apple({ keyId: randomBytes(32).toString('base64') })],
  ['no JWE', 'android', () => Promise.resolve({ token: 'a.b.c.d.e' })],
  ['another publisher’s key', 'android', playIntegrity({ wrapper: randomBytes(32) })],
  [
    'a signature by a stranger',
    'android',
    playIntegrity({ signer: generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey }),
  ],
  [
    'another nonce',
    'android',
    playIntegrity({ verdict: (given) => ({ ...given, requestDetails: { ...given['requestDetails'], nonce: 'x' } }) }),
  ],
  [
    'a changed app',
    'android',
    playIntegrity({
      verdict: (given) => ({ ...given, appIntegrity: { packageName, appRecognitionVerdict: 'UNRECOGNIZED_VERSION' } }),
    }),
  ],
  [
    'another package',
    'android',
    playIntegrity({
      verdict: (given) => ({ ...given, appIntegrity: { ...given['appIntegrity'], packageName: 'com.evil' } }),
    }),
  ],
  ['a rooted phone', 'android', playIntegrity({ verdict: (given) => ({ ...given, deviceIntegrity: {} }) })],
  [
    'an old statement',
    'android',
    playIntegrity({
      verdict: (given) => ({ ...given, requestDetails: { ...given['requestDetails'], timestampMillis: '1' } }),
    }),
  ],
];

test.each(bad)(
  '%s (%s) is refused and blocks the action, or is only noted, as the tenant has chosen',
  async (_what, platform, attest) => {
    const refused = await enrol(strict, platform, attest);
    expect([refused.reply.body.errorCode, refused.state]).toEqual(['invalid_credential', 'BLOCK']);
    expect((await enrol(lenient, platform, attest)).reply.status).toBe(200);
  },
);

test('what nobody can check is kept as it was sent, with what it is for, until its authenticator goes', async () => {
  const tenant = await tenantWith({ requireAppAttestation: true, appAttestationFailureMode: 'ALLOW_WITH_WARNING' });
  const kept = statement<{ statement: Record<string, unknown> | null; attestation: unknown }>(
    'app_attestation_test_kept',
    `select app_statement as statement, state -> 'attestation' as attestation from authenticators where user_id = $1`,
  );
  const nonces: string[] = [];
  const sent: { token: string; keyId?: string }[] = [];
  const attest: Attest = async (nonce) => {
    nonces.push(nonce);
    const made = await apple()(nonce);
    sent.push(made);
    return made;
  };
  const { reply, userId, device } = await enrol(tenant, 'ios', attest);
  expect(reply.status).toBe(200);
  const [row] = await app.db.query(kept, [userId]);
  expect(row).toEqual({
    statement: { provider: 'APP_ATTEST', ...sent[0], nonces: expect.any(Array), receivedAt: expect.any(String) },
    attestation: { provider: 'APP_ATTEST', isGenuine: false, why: 'unconfigured' },
  });
  expect(row?.statement?.['nonces']).toContain(nonces[0]);
  // The operator who asks for all that is stored gets it; nobody else is shown it.
  const exported = await app.call('GET', `/v1/management/users/${userId}/export`, { key: tenant.managementKey });
  const token = String(sent[0]?.token);
  expect(exported.text).toContain(token);
  const listed = await app.call('GET', `/v1/users/${userId}/authenticators`, { key: tenant.secretKey });
  for (const text of [JSON.stringify(reply.body), listed.text, app.logText()]) expect(text).not.toContain(token);
  await device.inApp.removeCredential();
  expect(await app.db.query(kept, [userId])).toEqual([]);

  // One that was checked leaves its result alone, and so does a registration without a statement.
  for (const [other, how] of [
    [lenient, apple({ nonce: 'another' })],
    [lenient, apple()],
    [tenant, undefined],
  ] as const) {
    const done = await enrol(other, 'ios', how);
    expect((await app.db.query(kept, [done.userId]))[0]?.statement).toBeNull();
  }
});

test('a statement longer than the bound is refused, and nothing of it is kept', async () => {
  const long = () => Promise.resolve({ token: 'A'.repeat(32_769) });
  const { reply } = await enrol(lenient, 'android', long);
  expect([reply.status, reply.body.errorCode]).toEqual([400, 'invalid_request']);
});

test('a tenant that requires what it cannot check lets no app in', async () => {
  const { reply, state } = await enrol(unconfigured, 'ios', apple());
  expect([reply.body.errorCode, state]).toEqual(['invalid_credential', 'BLOCK']);
});

test('a statement counts once, and for its action alone', async () => {
  let kept: { token: string; keyId?: string } = { token: '' };
  const keeping: Attest = async (nonce) => (kept = await apple()(nonce));
  const { token } = await enrol(strict, 'ios', keeping);
  expect((await enrol(strict, 'ios', () => Promise.resolve(kept))).state).toBe('BLOCK');
  const publicKey = generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({
    type: 'spki',
    format: 'der',
  });
  const again = await app.call('POST', '/v1/client/user-authenticators/in-app', {
    token,
    body: { publicKey: publicKey.toString('base64'), performAttestation: { provider: 'APP_ATTEST', ...kept } },
  });
  expect(again.status).not.toBe(200);
});
