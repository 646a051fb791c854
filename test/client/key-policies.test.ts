/** Worry: a key policy is only requested of the browser and not enforced, or can be met with a forged statement. */
import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  createCredential,
  encodeCbor,
  selfAttestation,
  softwareKey,
  useCredential,
} from '../../src/testkit/authenticator.ts';
import type { SoftwareKey, Wrong } from '../../src/testkit/authenticator.ts';
import { testApp } from '../../src/testkit/test-app.ts';
import type { TestApp } from '../../src/testkit/test-app.ts';
import {
  androidKey,
  certify,
  certifyMake,
  fidoU2f,
  narrowings,
  packed,
  packedWithGuest,
  pem,
} from '../rig/attestation.ts';
import type { Holder } from '../rig/attestation.ts';
import { keyHolder, ownOrigin } from './key-holder.ts';

const aaguid = 'f8a011f3-8c0a-4d15-8006-17111f9edc7d';
const other = 'cb69481e-8ff7-4039-93ec-0a2729a154a8';
const passkeyPath = 'user-authenticators/passkey';

let app: TestApp;
let they: ReturnType<typeof keyHolder>;
beforeAll(async () => {
  app = await testApp('embedded', { isDevelopment: false, anonymousRateLimit: 10_000, managementRateLimit: 10_000 });
  they = keyHolder(app);
});
afterAll(() => app.close());

const manage = (method: string, path: string, body?: object) =>
  app.call(method, `/v1/management/authenticator-configurations${path}`, { key: app.tenant.managementKey, body });

/** Through the older member, which both kinds of keys have. */
async function configure(method: string, body: object) {
  const { body: all } = await manage('GET', '');
  const { authenticatorId } = all.find((one: Record<string, unknown>) => one['verificationMethod'] === method);
  return manage('PATCH', `/${authenticatorId}`, body);
}

const newToken = () => they.track(they.newUser());

async function addSecurityKey(key: SoftwareKey, wrong: Wrong = {}) {
  const token = await newToken();
  const path = 'user-authenticators/security-key';
  const options = await they.good(they.post(`${path}/registration-options`, token));
  return { options, reply: await they.post(path, token, createCredential(key, options, ownOrigin, wrong)) };
}

describe('a tenant that accepts only device-bound keys', () => {
  const sentence = 'The tenant takes only keys that cannot leave their device. Use a security key, or another device.';
  const sameForAll = 'The credential could not be verified. Begin again with new options.';

  test('W7.1-18, W7.1-19, A51: refuses a synced key at registration, and says which kind is accepted', async () => {
    expect((await configure('PASSKEY', { requireDeviceBound: true })).body.requireDeviceBound).toBe(true);
    // Whether it is backed up at the moment does not matter: eligibility is enough.
    for (const flags of [1 | 4 | 8 | 16, 1 | 4 | 8]) {
      const token = await newToken();
      const refused = await they.register(token, softwareKey(), { flags });
      expect([refused.status, refused.body.errorCode, refused.body.errorDescription]).toEqual([
        400,
        'invalid_credential',
        sentence,
      ]);
      expect(await they.lastRefusal()).toBe('synced');
      expect((await app.call('GET', '/v1/client/user-authenticators', { token })).body).toEqual([]);
    }
    expect((await they.register(await newToken(), softwareKey({ isSynced: false }))).status).toBe(200);
    expect((await they.register(await newToken(), softwareKey(), {}, { conditionalCreate: true })).status).toBe(400);
    await configure('PASSKEY', { requireDeviceBound: null });
  });

  test('W7.1-18: refuses synced security keys, too', async () => {
    await configure('SECURITY_KEY', { requireDeviceBound: true });
    expect((await addSecurityKey(softwareKey())).reply.body.errorDescription).toBe(sentence);
    expect((await addSecurityKey(softwareKey({ isSynced: false }))).reply.status).toBe(200);
    await configure('SECURITY_KEY', { requireDeviceBound: null });
  });

  test('W7.2-18, W7.2-19: refuses a synced key that is already stored, with a token and without, and leaves it unchanged', async () => {
    const [synced, bound] = [await they.enrolled(), await they.enrolled({ isSynced: false, counter: 3 })];
    // A key that a backend has stored, of which it is not known yet whether it can be backed up.
    const imported = softwareKey();
    const userId = they.newUser();
    await app.call('POST', `/v1/users/${userId}/authenticators`, {
      body: {
        verificationMethod: 'PASSKEY',
        credentialId: imported.credentialId.toString('base64url'),
        credentialPublicKey: encodeCbor(imported.publicKey).toString('base64url'),
      },
    });
    const begun = [];
    for (const [key, owner] of [
      [synced.key, synced.userId],
      [imported, userId],
    ] as const) {
      for (const token of [await they.track(owner), undefined]) {
        begun.push({ key, token, options: (await they.authenticationOptions(token)).options });
      }
    }
    await configure('PASSKEY', { requireDeviceBound: true });
    for (const { key, token, options } of begun) {
      const before = await they.stored(key);
      const authenticationCredential = useCredential(key, options, ownOrigin);
      const reply = await they.post('verify/passkey', token, { authenticationCredential });
      expect([reply.status, reply.body.errorCode, reply.body.errorDescription]).toEqual([
        400,
        'invalid_credential',
        sameForAll,
      ]);
      expect(await they.lastRefusal()).toBe('synced');
      expect(await they.stored(key)).toEqual(before);
      if (token !== undefined) expect((await they.validate(token)).state).toBe('CHALLENGE_REQUIRED');
    }
    // Keys that are known to be refused are not offered.
    const again = await they.track(synced.userId);
    const { allowCredentials } = (await they.authenticationOptions(again)).options;
    expect(allowCredentials).toHaveLength(1);
    expect(allowCredentials[0].id).not.toBe(synced.key.credentialId.toString('base64url'));
    const offered = (await app.call('GET', '/v1/client/ui/session', { token: again })).body.challengeMethods;
    expect(offered).toEqual([]);
    expect((await they.signIn(await they.track(bound.userId), bound.key)).status).toBe(200);
    await configure('PASSKEY', { requireDeviceBound: null });
    expect((await they.signIn(await they.track(synced.userId), synced.key)).status).toBe(200);
  });
});

describe('a tenant that accepts only attested keys of trusted makes', () => {
  const sentence = 'The tenant takes only keys of makes that it trusts, with attestation. Use a key of such a make.';
  let [root, middle, narrow]: readonly (Holder | undefined)[] = [];
  let anchors: string[];
  const holder = (of: Holder | undefined): Holder => {
    if (of === undefined) throw new Error('beforeAll creates it.');
    return of;
  };
  beforeAll(async () => {
    root = await certify();
    middle = await certify({ subject: 'CN=Middle', issuer: root });
    narrow = await certify({ subject: 'CN=Narrow', pathLength: 0 });
    anchors = [pem(root), pem(narrow)];
    const reply = await configure('PASSKEY', { attestationTrustAnchors: anchors });
    expect(reply.status, reply.text).toBe(200);
  });
  afterAll(() => configure('PASSKEY', { attestationTrustAnchors: null }));

  const register = async (wrong: Wrong, make = aaguid) =>
    they.register(await newToken(), softwareKey({ aaguid: make }), wrong);

  test('is the only one for which browsers are asked for attestation', async () => {
    expect((await they.registrationOptions(await newToken())).options.attestation).toBe('direct');
    expect((await addSecurityKey(softwareKey())).options.attestation).toBe('none');
  });

  test.each<[string, () => Promise<Wrong>]>([
    ['by an anchor', async () => packed(await certifyMake(holder(root), aaguid))],
    ['by an anchor that is included', async () => packed(await certifyMake(holder(root), aaguid), holder(root))],
    ['by an intermediate authority', async () => packed(await certifyMake(holder(middle), aaguid), holder(middle))],
    [
      'by an intermediate authority that marks its key usage as critical',
      async () => {
        const extensions = [narrowings.signsCertificates];
        const signer = await certify({ subject: 'CN=Signs', issuer: holder(root), extensions });
        return packed(await certifyMake(signer, aaguid), signer);
      },
    ],
    ['by an anchor, without its AAGUID', async () => packed(await certifyMake(holder(root)))],
  ])('W7.1-22, W7.1-23: accepts a key whose make is certified %s', async (_name, wrong) => {
    const reply = await register(await wrong());
    expect(reply.status, reply.text).toBe(200);
  });

  test.each<[string, () => Promise<Wrong> | Wrong]>([
    ['none', () => ({})],
    ['its own', () => ({ fmt: 'packed', attestationStatement: selfAttestation })],
    [
      'from its own root',
      async () => {
        const own = await certify({ subject: 'CN=Own' });
        return packed(await certifyMake(own, aaguid), own);
      },
    ],
    [
      'from its own root under the name of an anchor',
      async () => {
        const twin = await certify();
        return packed(await certifyMake(twin, aaguid), twin);
      },
    ],
    ['with a chain that lacks its intermediate', async () => packed(await certifyMake(holder(middle), aaguid))],
    [
      'with a chain whose parts do not belong together',
      async () => packed(await certifyMake(await certify({ subject: 'CN=Own' }), aaguid), holder(middle)),
    ],
    [
      'by an issuer that the anchor did not make an authority',
      async () => {
        const make = await certifyMake(holder(root), aaguid);
        return packed(await certifyMake(make, aaguid), make);
      },
    ],
    [
      'by an authority beyond the path length of its anchor',
      async () => {
        const below = await certify({ subject: 'CN=Below', issuer: holder(narrow) });
        return packed(await certifyMake(below, aaguid), below);
      },
    ],
    [
      'from its own root, followed by a certificate of a trusted make',
      async () => {
        const own = await certify({ subject: 'CN=Own' });
        return packedWithGuest(await certifyMake(own, aaguid), await certifyMake(holder(root), aaguid));
      },
    ],
    [
      'by an authority that is constrained to other names',
      async () => {
        const extensions = [narrowings.hasOtherNames];
        const limited = await certify({ subject: 'CN=Limited', issuer: holder(root), extensions });
        return packed(await certifyMake(limited, aaguid), limited);
      },
    ],
    [
      'by an authority that may not sign certificates',
      async () => {
        const extensions = [narrowings.signsOtherThings];
        const signer = await certify({ subject: 'CN=Signer', issuer: holder(root), extensions });
        return packed(await certifyMake(signer, aaguid), signer);
      },
    ],
    [
      // The server's clock counts, which is behind this machine's clock here.
      'by a make that is not valid yet',
      async () => packed(await certifyMake(holder(root), aaguid, { notBefore: new Date(Date.now() - 60_000) })),
    ],
    [
      'by an authority that has expired',
      async () => {
        const late = await certify({ subject: 'CN=Late', issuer: holder(root), notAfter: new Date('2026-01-01') });
        return packed(await certifyMake(late, aaguid), late);
      },
    ],
  ])('W7.1-23, W7.1-24, A51: refuses a key with an attestation %s', async (_name, wrong) => {
    const reply = await register(await wrong());
    expect([reply.status, reply.body.errorCode, reply.body.errorDescription]).toEqual([
      400,
      'invalid_credential',
      sentence,
    ]);
    expect(await they.lastRefusal()).toBe('attestation');
  });

  test.each<[string, string, () => Promise<Wrong>]>([
    ['names another AAGUID', 'response', async () => packed(await certifyMake(holder(root), other))],
    [
      'has expired',
      'response',
      async () => packed(await certifyMake(holder(root), aaguid, { notAfter: new Date('2026-01-01') })),
    ],
    ['is an authority', 'response', async () => packed(await certifyMake(holder(root), aaguid, { isAuthority: true }))],
    [
      'is for another key than the one that signed',
      'signature',
      async () => {
        const [make, thief] = [await certifyMake(holder(root), aaguid), await certifyMake(holder(root), aaguid)];
        return packed({ ...make, keys: thief.keys });
      },
    ],
  ])('W7.1-22: refuses a key whose make’s certificate %s', async (_name, why, wrong) => {
    const reply = await register(await wrong());
    expect([reply.status, reply.body.errorCode]).toEqual([400, 'invalid_credential']);
    expect(await they.lastRefusal()).toBe(why);
  });

  test('W7.1-24: accepts only the listed makes of an anchor', async () => {
    await configure('PASSKEY', { allowedAaguids: [aaguid.toUpperCase()] });
    expect((await register(packed(await certifyMake(holder(root), aaguid)))).status).toBe(200);
    expect((await register(packed(await certifyMake(holder(root), other)), other)).body.errorDescription).toBe(
      sentence,
    );
    // Its own claim to be on the list counts for nothing.
    expect((await register({})).body.errorDescription).toBe(sentence);
    await configure('PASSKEY', { allowedAaguids: null });
  });

  test('W7.1-23: applies to security keys, too, including those from before FIDO2', async () => {
    await configure('SECURITY_KEY', { attestationTrustAnchors: anchors });
    const [mine, own] = [await certifyMake(holder(root)), await certifyMake(await certify({ subject: 'CN=Own' }))];
    const taken = await addSecurityKey(softwareKey({ isSynced: false }), fidoU2f(mine));
    expect([taken.options.attestation, taken.reply.status]).toEqual(['direct', 200]);
    const refused = await addSecurityKey(softwareKey({ isSynced: false }), fidoU2f(own));
    expect(refused.reply.body.errorDescription).toBe(sentence);
    await configure('SECURITY_KEY', { attestationTrustAnchors: null });
  });

  test('does not trust the anchors of another tenant', async () => {
    const tenant = await app.createTenant('Trusts nobody');
    const path = '/v1/management/authenticator-configurations/passkey';
    const own = await certify({ subject: 'CN=Theirs' });
    const body = { attestationTrustAnchors: [pem(own)] };
    expect((await app.call('PATCH', path, { key: tenant.managementKey, body })).status).toBe(200);
    expect((await register(packed(await certifyMake(own, aaguid), own))).body.errorDescription).toBe(sentence);
  });

  test('cannot store a policy that would refuse everyone or prove nothing', async () => {
    const leaf = await certifyMake(holder(root), aaguid);
    const late = await certify({ notAfter: new Date('2026-01-01') });
    const cases: [object, RegExp][] = [
      [{ attestationTrustAnchors: [] }, /attestationTrustAnchors/],
      [{ attestationTrustAnchors: ['x'] }, /must each be one certificate in PEM/],
      [{ attestationTrustAnchors: [anchors.join('\n')] }, /must each be one certificate in PEM/],
      [
        { attestationTrustAnchors: ['-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----'] },
        /\[0\] cannot be read/,
      ],
      [{ attestationTrustAnchors: [anchors[0], pem(leaf)] }, /\[1\] is not the certificate of an authority/],
      [{ attestationTrustAnchors: [pem(late)] }, /\[0\] has expired/],
      [{ attestationTrustAnchors: Array.from({ length: 21 }, () => anchors[0]) }, /attestationTrustAnchors/],
      [{ allowedAaguids: ['x'] }, /must each be a UUID/],
      [{ attestationTrustAnchors: null, allowedAaguids: [aaguid] }, /an AAGUID that nobody attests proves nothing/],
      [{ requireDeviceBound: 'yes' }, /requireDeviceBound/],
    ];
    for (const [body, sentenceOf] of cases) {
      for (const reply of [await manage('PATCH', '/passkey', body), await configure('PASSKEY', body)]) {
        expect([reply.status, reply.body.errorCode]).toEqual([400, 'invalid_request']);
        expect(reply.body.errorDescription).toMatch(sentenceOf);
      }
    }
    const stored = (await manage('GET', '/passkey')).body;
    expect(stored.attestationTrustAnchors).toEqual(anchors);
    expect(stored).not.toHaveProperty('allowedAaguids');
    expect(stored).not.toHaveProperty('requireDeviceBound');
  });
});

test('A76: a certificate that comes with a key never makes the server send a request', async () => {
  const asked: (string | undefined)[] = [];
  const inside = createServer((request, response) => {
    asked.push(request.url);
    response.end();
  });
  await new Promise<void>((resolve) => inside.listen(0, '127.0.0.1', resolve));
  const token = await newToken();
  const { options } = await they.registrationOptions(token);
  const key = softwareKey();
  const clientData = JSON.stringify({
    type: 'webauthn.create',
    challenge: options.challenge,
    origin: ownOrigin,
    crossOrigin: false,
  });
  const crlUrl = `http://127.0.0.1:${(inside.address() as AddressInfo).port}/internal`;
  const wrong = await androidKey(key, createHash('sha256').update(clientData).digest(), crlUrl);
  const registrationCredential = createCredential(key, options, ownOrigin, wrong);
  const reply = await they.post(passkeyPath, token, { registrationCredential });
  expect(reply.body.errorCode).toBe('invalid_credential');
  expect(asked).toEqual([]);
  inside.closeAllConnections();
  await new Promise((resolve) => inside.close(resolve));
});
