/** `jose` is the oracle: it reads what we sign, and what it can make beyond that we refuse. */
import { createHmac, createPublicKey, createSign, generateKeyPairSync, randomBytes, randomUUID } from 'node:crypto';
import { deflateRawSync } from 'node:zlib';
import fc from 'fast-check';
import { CompactEncrypt, SignJWT, UnsecuredJWT, exportJWK, importJWK, jwtVerify } from 'jose';
import { beforeAll, describe, expect, test } from 'vitest';
import { deriveKey, generateRsaKeyPair, rsaKeyPair, secretKey } from './crypto.ts';
import {
  checkActionToken,
  checkSessionToken,
  deriveRefreshToken,
  readRefreshToken,
  readSessionToken,
  sessionIssuer,
  signActionToken,
  signSessionToken,
} from './tokens.ts';
import type { SessionSigningKey, SessionTokenIssue } from './tokens.ts';

const tenantId = '11111111-1111-4111-8111-111111111111';
const publicUrl = 'https://auth.example.com';
const issuer = sessionIssuer(publicUrl, tenantId);
const sessionId = '01890000-0000-7000-8000-00000000abcd';
const nowMs = Date.UTC(2026, 0, 15, 10);
const nowSeconds = nowMs / 1000;

const issue: SessionTokenIssue = {
  tokenId: `${sessionId}.3`,
  sessionId,
  generation: 3,
  userId: 'alice',
  clientId: 'web',
  issuer,
  issuedAtMs: nowMs,
  expiresAtMs: nowMs + 600_000,
  authenticatedAtMs: nowMs - 5_000,
  assurance: 'medium',
  verificationMethod: 'AUTHENTICATOR_APP',
  email: 'alice@example.com',
  customClaims: { tier: 'gold' },
};
const claims = {
  tier: 'gold',
  iss: issuer,
  aud: 'web',
  client_id: 'web',
  sub: 'alice',
  iat: nowSeconds,
  exp: nowSeconds + 600,
  jti: `${sessionId}.3`,
  sid: sessionId,
  generation: 3,
  auth_time: nowSeconds - 5,
  assurance: 'medium',
  verificationMethod: 'AUTHENTICATOR_APP',
  email: 'alice@example.com',
};

let key: SessionSigningKey;
let otherKey: SessionSigningKey;
let publicJwk: object;
let good: string;

beforeAll(async () => {
  const made = await generateRsaKeyPair();
  publicJwk = made.publicJwk;
  key = { keyId: 'key-1', ...rsaKeyPair(made.privateKey) };
  otherKey = { keyId: 'key-2', ...rsaKeyPair((await generateRsaKeyPair()).privateKey) };
  good = await signSessionToken(key, issue);
});

const header = () => ({ alg: 'RS256', typ: 'at+jwt', kid: 'key-1' });

function check(token: string, atMs = nowMs) {
  return checkSessionToken(token, [key, otherKey], issuer, atMs);
}

function encode(part: object | string): string {
  return Buffer.from(typeof part === 'string' ? part : JSON.stringify(part)).toString('base64url');
}

/** A token with exactly these parts, signed with the tenant's own key. */
function forge(headerPart: object | string, payload: object | string): string {
  const signed = `${encode(headerPart)}.${encode(payload)}`;
  return `${signed}.${createSign('sha256').update(signed).sign(key.privateKey).toString('base64url')}`;
}

describe('a session access token', () => {
  test('is a JWT that any library verifies by the published key, its type, issuer and audience (RFC 9068 §4)', async () => {
    const { payload, protectedHeader } = await jwtVerify(good, await importJWK(publicJwk, 'RS256'), {
      algorithms: ['RS256'],
      typ: 'at+jwt',
      issuer,
      audience: 'web',
      currentDate: new Date(nowMs),
    });
    expect(protectedHeader).toEqual(header());
    expect(payload).toEqual(claims);
  });

  test('made by another library with the same key and claims is accepted, so the refusals below mean something', async () => {
    const token = await new SignJWT(claims).setProtectedHeader(header()).sign(key.privateKey);
    expect(check(token)).toEqual({
      sessionId,
      generation: 3,
      userId: 'alice',
      clientId: 'web',
      issuer,
      expiresAt: nowSeconds + 600,
    });
    expect(check(forge(header(), claims))).toBeDefined();
  });

  test('is the same text for the same issue: who asks again within the grace gets the same token', async () => {
    expect(await signSessionToken(key, issue)).toBe(good);
  });

  test('is good until the second before exp, expired exactly at exp, and can be read after it', () => {
    expect(check(good, nowMs + 600_000 - 1)).toBeDefined();
    expect(check(good, nowMs + 600_000)).toBeUndefined();
    expect(readSessionToken(good, [key])).toMatchObject({ sessionId });
  });

  test('of a retired key is good as long as the key is listed', async () => {
    const retired = await signSessionToken(otherKey, issue);
    expect(check(retired)).toBeDefined();
    expect(checkSessionToken(retired, [key], issuer, nowMs)).toBeUndefined();
  });

  test('leaves out what is not known, and no custom claim takes the place of one of ours', async () => {
    const bare = await signSessionToken(key, {
      ...issue,
      email: null,
      verificationMethod: null,
      customClaims: { sub: 'mallory', exp: 9_999_999_999, email: 'mallory@example.com', sid: 'x', generation: 0 },
    });
    const { email: _email, verificationMethod: _method, tier: _tier, ...rest } = claims;
    const { payload } = await jwtVerify(bare, key.publicKey, { currentDate: new Date(nowMs) });
    expect(payload).toEqual(rest);
  });

  test('says of every user id what was signed', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 256 }), async (userId) => {
        expect(check(await signSessionToken(key, { ...issue, userId }))).toMatchObject({ userId });
      }),
      { numRuns: 50 },
    );
  });
});

describe('A36, N30: a session access token is refused when', () => {
  test.each(['none', 'None', 'NONE', ''])('its algorithm is "%s"', (alg) => {
    const token = forge({ ...header(), alg }, claims);
    expect(check(token)).toBeUndefined();
    expect(check(token.replace(/[^.]*$/, ''))).toBeUndefined();
  });

  test('it is unsecured, or its signature is cut off', () => {
    expect(check(new UnsecuredJWT({ ...claims }).encode())).toBeUndefined();
    expect(check(good.replace(/[^.]*$/, ''))).toBeUndefined();
    expect(check(good.replace(/\.[^.]*$/, ''))).toBeUndefined();
  });

  test('it is signed as HS256 with our public key for a secret, in whichever spelling of the key', () => {
    const spellings = [
      key.publicKey.export({ type: 'spki', format: 'pem' }),
      String(key.publicKey.export({ type: 'spki', format: 'pem' })).trim(),
      key.publicKey.export({ type: 'pkcs1', format: 'pem' }),
      key.publicKey.export({ type: 'spki', format: 'der' }),
      key.publicKey.export({ type: 'pkcs1', format: 'der' }),
      JSON.stringify(publicJwk),
      JSON.stringify(key.publicKey.export({ format: 'jwk' })),
      Buffer.from(String(key.publicKey.export({ format: 'jwk' }).n), 'base64url'),
    ];
    for (const secret of spellings) {
      for (const alg of ['HS256', 'HS384', 'HS512', 'RS256']) {
        const signed = `${encode({ ...header(), alg })}.${encode(claims)}`;
        const hash = alg === 'RS256' ? 'sha256' : alg.replace('HS', 'sha');
        expect(check(`${signed}.${createHmac(hash, secret).update(signed).digest('base64url')}`)).toBeUndefined();
      }
    }
  });

  test.each(['RS384', 'RS512', 'PS256', 'PS384', 'PS512'])('it is signed with our key by %s', async (alg) => {
    expect(
      check(await new SignJWT(claims).setProtectedHeader({ ...header(), alg }).sign(key.privateKey)),
    ).toBeUndefined();
    // The same signature under the header that is expected.
    const token = await new SignJWT(claims).setProtectedHeader({ ...header(), alg }).sign(key.privateKey);
    expect(check([encode(header()), ...token.split('.').slice(1)].join('.'))).toBeUndefined();
  });

  test('it is signed with an elliptic curve or another RSA key of the sender', async () => {
    const curve = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const byCurve = await new SignJWT(claims).setProtectedHeader({ ...header(), alg: 'ES256' }).sign(curve.privateKey);
    const byRsa = await new SignJWT(claims).setProtectedHeader(header()).sign(rsa.privateKey);
    const withJwk = await new SignJWT(claims)
      .setProtectedHeader({ ...header(), jwk: await exportJWK(rsa.publicKey) })
      .sign(rsa.privateKey);
    for (const token of [byCurve, byRsa, withJwk]) {
      expect(check(token)).toBeUndefined();
      expect(check([encode(header()), ...token.split('.').slice(1)].join('.'))).toBeUndefined();
    }
  });

  test('the key of another tenant signed it, under the id of ours (A30)', async () => {
    const foreign = { ...rsaKeyPair((await generateRsaKeyPair()).privateKey), keyId: 'key-1' };
    expect(check(await signSessionToken(foreign, issue))).toBeUndefined();
  });

  test.each([
    ['another type', { typ: 'JWT' }],
    ['the type in another spelling', { typ: 'application/at+jwt' }],
    ['the type of a short-lived token', { typ: 'sallyport-action+jwt' }],
    ['no type', { typ: undefined }],
    ['no key id', { kid: undefined }],
    ['a path for a key id', { kid: '../../../../dev/null' }],
    ['SQL for a key id', { kid: "key-1' or '1'='1" }],
    ['a name that objects inherit for a key id', { kid: '__proto__' }],
    ['the id of another of our keys', { kid: 'key-2' }],
    ['a list of key ids', { kid: ['key-1'] }],
    ['an address of keys', { jku: 'https://evil.example/jwks' }],
    ['an address of a certificate', { x5u: 'https://evil.example/x509' }],
    ['a certificate', { x5c: ['AAAA'] }],
    ['a critical extension', { crit: ['b64'], b64: false }],
    ['an unencoded payload', { b64: false }],
    ['a compression', { zip: 'DEF' }],
    ['a content type', { cty: 'JWT' }],
  ])('its header has %s, even if our own key signed it', (_what, extra) => {
    expect(check(forge({ ...header(), ...extra }, claims))).toBeUndefined();
  });

  test('its header says the same with other members first, twice, or with white space', () => {
    const texts = [
      '{"typ":"at+jwt","alg":"RS256","kid":"key-1"}',
      '{"alg":"none","alg":"RS256","typ":"at+jwt","kid":"key-1"}',
      '{"alg":"RS256", "typ":"at+jwt","kid":"key-1"}',
    ];
    for (const text of texts) expect(check(forge(text, claims))).toBeUndefined();
  });

  test('it is encrypted: with a password and endless iterations, or compressed a thousandfold', async () => {
    const started = performance.now();
    const parts = { alg: 'PBES2-HS256+A128KW', enc: 'A128CBC-HS256', p2s: 'AAAAAAAAAAA', p2c: 1_000_000_000 };
    expect(check(`${encode(parts)}.AAAA.AAAA.AAAA.AAAA`)).toBeUndefined();
    const zipped = deflateRawSync(Buffer.alloc(10_000_000));
    const encrypted = await new CompactEncrypt(zipped)
      .setProtectedHeader({ alg: 'RSA-OAEP-256', enc: 'A256GCM', cty: 'JWT', kid: 'key-1' })
      .encrypt(key.publicKey);
    expect(check(encrypted)).toBeUndefined();
    expect(performance.now() - started).toBeLessThan(5_000);
  });

  test('it has a megabyte, without its signature being looked at', () => {
    const token = forge(header(), { ...claims, pad: 'x'.repeat(1_000_000) });
    const started = performance.now();
    expect(check(token)).toBeUndefined();
    expect(performance.now() - started).toBeLessThan(20);
  });

  test.each([
    ['another issuer', { iss: `https://evil.example/v1/client/public/${tenantId}` }],
    ['the issuer of another tenant', { iss: sessionIssuer(publicUrl, randomUUID()) }],
    ['several audiences', { aud: ['web', 'admin'] }],
    ['no audience', { aud: undefined }],
    ['no subject', { sub: undefined }],
    ['no session', { sid: undefined }],
    ['no generation', { generation: undefined }],
    ['a generation in text', { generation: '3' }],
    ['no expiry', { exp: undefined }],
    ['an expiry in text', { exp: '9999999999' }],
    ['an endless expiry', { exp: 1e308 }],
  ])('it has %s, even if our own key signed it', (_what, over) => {
    expect(check(forge(header(), { ...claims, ...over }))).toBeUndefined();
  });

  test.each(['null', '[]', '"text"', '1', '{', ''])('its payload is %s', (payload) => {
    expect(check(forge(header(), payload))).toBeUndefined();
  });

  test('any one character is another one, also in the unused bits of the last', () => {
    const characters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_+/=. \n\0é';
    const at = fc.oneof(fc.nat(good.length - 1), fc.constant(good.length - 1));
    fc.assert(
      fc.property(at, fc.constantFrom(...characters), fc.constantFrom('replace', 'insert', 'delete'), (i, to, what) => {
        const changed = `${good.slice(0, i)}${what === 'delete' ? '' : to}${good.slice(what === 'insert' ? i : i + 1)}`;
        if (changed !== good) expect(check(changed)).toBeUndefined();
      }),
      { numRuns: 1_000 },
    );
  });
});

describe('a refresh token', () => {
  const root = secretKey(Buffer.alloc(32, 1));
  const refreshKey = deriveKey(root, 'refresh-token', tenantId);

  test('names session and generation, is made the same again, and tells others nothing', () => {
    const token = deriveRefreshToken(refreshKey, { sessionId, generation: 3 });
    expect(token).toMatch(/^[0-9a-f]{104}$/);
    expect(token).toBe(deriveRefreshToken(refreshKey, { sessionId, generation: 3 }));
    fc.assert(
      fc.property(fc.uuid(), fc.nat(), (id, generation) => {
        const made = deriveRefreshToken(refreshKey, { sessionId: id, generation });
        expect(readRefreshToken(refreshKey, made)).toEqual({ sessionId: id, generation });
      }),
    );
  });

  test('of another tenant, session or generation, or with any other character, is none', () => {
    const token = deriveRefreshToken(refreshKey, { sessionId, generation: 3 });
    const foreign = deriveRefreshToken(deriveKey(root, 'refresh-token', randomUUID()), { sessionId, generation: 3 });
    const next = deriveRefreshToken(refreshKey, { sessionId, generation: 4 });
    for (const other of [
      foreign,
      next.slice(0, 40) + token.slice(40),
      token.toUpperCase(),
      `${token} `,
      `${token}00`,
      token.slice(2),
      `${token}\n`,
      '',
    ]) {
      expect(readRefreshToken(refreshKey, other), other).toBeUndefined();
    }
    fc.assert(
      fc.property(fc.nat(103), fc.constantFrom(...'0123456789abcdefABCDEF-. é'), (at, to) => {
        const changed = token.slice(0, at) + to + token.slice(at + 1);
        if (changed !== token) expect(readRefreshToken(refreshKey, changed)).toBeUndefined();
      }),
    );
    expect(readRefreshToken(refreshKey, randomBytes(52).toString('hex'))).toBeUndefined();
  });

  test('A30: no kind of token is taken for another', () => {
    const actionKey = deriveKey(root, 'action-token', tenantId);
    const action = signActionToken(actionKey, {
      tenantId,
      userId: 'alice',
      actionCode: 'login',
      idempotencyKey: 'k',
      actionId: 'a',
      scope: '',
      nowMs,
      lifetimeSeconds: 600,
      tokenId: 't',
      publicUrl,
    });
    const refresh = deriveRefreshToken(refreshKey, { sessionId, generation: 3 });
    expect(checkActionToken(action, () => actionKey, publicUrl, nowMs)).toMatchObject({ ok: true });
    for (const other of [good, refresh]) {
      expect(checkActionToken(other, () => actionKey, publicUrl, nowMs)).toEqual({ ok: false, reason: 'invalid' });
    }
    for (const other of [action, refresh]) expect(check(other)).toBeUndefined();
    for (const other of [action, good]) expect(readRefreshToken(refreshKey, other)).toBeUndefined();
    // Nor is a key that is derived for one kind the key of another.
    expect(deriveRefreshToken(actionKey, { sessionId, generation: 3 })).not.toBe(refresh);
    expect(createPublicKey(key.privateKey).asymmetricKeyType).toBe('rsa');
  });
});
