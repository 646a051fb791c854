/** `jose` is the oracle: it reads what we sign, and what it can make beyond that we refuse. */
import { createHmac, generateKeyPairSync, randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { EncryptJWT, SignJWT, UnsecuredJWT, jwtVerify } from 'jose';
import { describe, expect, test } from 'vitest';
import { deriveKey, secretKey } from './crypto.ts';
import { checkActionToken, signActionToken } from './tokens.ts';
import type { TokenCheck } from './tokens.ts';

const root = secretKey(Buffer.alloc(32, 1));
const tenantId = '11111111-1111-4111-8111-111111111111';
const otherTenantId = '22222222-2222-4222-8222-222222222222';
const keys = new Map([tenantId, otherTenantId].map((id) => [id, deriveKey(root, 'action-token', id)]));
const ownKey = keyOf(tenantId);
const publicUrl = 'https://auth.example.com';
const party = `${publicUrl}/${tenantId}`;
const nowMs = Date.UTC(2026, 0, 15, 10);
const nowSeconds = nowMs / 1000;
const header = { alg: 'HS256', typ: 'sallyport-action+jwt' };

function keyOf(id: string) {
  const key = keys.get(id);
  if (key === undefined) throw new Error(`no key for ${id}`);
  return key;
}

function issue(over: { readonly userId?: string; readonly nowMs?: number } = {}): string {
  return signActionToken(ownKey, {
    tenantId,
    userId: over.userId ?? 'alice',
    actionCode: 'withdrawFunds',
    idempotencyKey: 'k-1',
    actionId: 'a-1',
    scope: 'read:authenticators',
    nowMs: over.nowMs ?? nowMs,
    lifetimeSeconds: 600,
    tokenId: 't-1',
    publicUrl,
  });
}

function check(token: string, atMs = nowMs): TokenCheck {
  return checkActionToken(token, (id) => keys.get(id), publicUrl, atMs);
}

const goodClaims = {
  iat: nowSeconds,
  exp: nowSeconds + 600,
  jti: 't-1',
  sub: 'alice',
  iss: party,
  aud: party,
  scope: 'read:authenticators',
  act: 'a-1',
  other: { tenantId, publishableKey: tenantId, userId: 'alice', actionCode: 'withdrawFunds', idempotencyKey: 'k-1' },
};

function sign(
  claims: object,
  protectedHeader: { readonly alg: string } & Record<string, unknown> = header,
  key = ownKey,
) {
  return new SignJWT(claims as Record<string, unknown>).setProtectedHeader(protectedHeader).sign(key);
}

/** A token with exactly these header and payload texts, signed as HS256 with the tenant's own key. */
function forge(headerText: string, payloadText: string, hash = 'sha256'): string {
  const signed = `${Buffer.from(headerText).toString('base64url')}.${Buffer.from(payloadText).toString('base64url')}`;
  return `${signed}.${createHmac(hash, ownKey).update(signed).digest('base64url')}`;
}

const invalid = { ok: false, reason: 'invalid' };

describe('a short-lived token', () => {
  test('is a JWT that any library verifies with the key, its type, issuer and audience', async () => {
    const { payload, protectedHeader } = await jwtVerify(issue(), ownKey, {
      algorithms: ['HS256'],
      typ: header.typ,
      issuer: party,
      audience: party,
      currentDate: new Date(nowMs),
    });
    expect(protectedHeader).toEqual(header);
    expect(payload).toEqual(goodClaims);
  });

  test('made by another library with the same key and claims is accepted, so the refusals below mean something', async () => {
    expect(await sign(goodClaims).then((token) => check(token))).toMatchObject({
      ok: true,
      token: { userId: 'alice' },
    });
    expect(check(forge(JSON.stringify(header), JSON.stringify(goodClaims)))).toMatchObject({ ok: true });
  });

  test('says of every user id what was signed', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 256 }), (userId) => {
        expect(check(issue({ userId }))).toMatchObject({ ok: true, token: { userId } });
      }),
    );
  });

  test('is good until the second before exp and expired exactly at exp', () => {
    const token = issue();
    expect(check(token, nowMs + 600_000 - 1)).toMatchObject({ ok: true });
    expect(check(token, nowMs + 600_000)).toMatchObject({ ok: false, reason: 'expired' });
  });
});

describe('A36, N30: a token is refused when', () => {
  test.each(['none', 'None', 'NONE', ''])('its algorithm is "%s"', (alg) => {
    const payload = JSON.stringify(goodClaims);
    expect(check(forge(JSON.stringify({ ...header, alg }), payload))).toEqual(invalid);
    const unsigned = forge(JSON.stringify({ ...header, alg }), payload).replace(/[^.]*$/, '');
    expect(check(unsigned)).toEqual(invalid);
  });

  test('it is unsecured', () => {
    expect(check(new UnsecuredJWT({ ...goodClaims }).encode())).toEqual(invalid);
    expect(check(issue().replace(/[^.]*$/, ''))).toEqual(invalid);
  });

  test.each(['HS384', 'HS512'])('it is signed with %s and the same key', (alg) => {
    const hash = alg.replace('HS', 'sha');
    expect(check(forge(JSON.stringify({ ...header, alg }), JSON.stringify(goodClaims), hash))).toEqual(invalid);
    expect(check(forge(JSON.stringify(header), JSON.stringify(goodClaims), hash))).toEqual(invalid);
  });

  test('it is signed with an RSA key of the sender', async () => {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    expect(check(await sign(goodClaims, { ...header, alg: 'RS256' }, privateKey))).toEqual(invalid);
  });

  test.each([
    ['another type', { typ: 'JWT' }],
    ['the type of a session token', { typ: 'at+jwt' }],
    ['a key id', { kid: '../../../../dev/null' }],
    ['a key of its own', { jwk: { kty: 'oct', k: 'AAAA' } }],
    ['an address of keys', { jku: 'https://evil.example/jwks' }],
    ['a critical extension', { crit: ['b64'], b64: false }],
    ['a compression', { zip: 'DEF' }],
  ])('its header has %s', async (_what, extra) => {
    expect(check(forge(JSON.stringify({ ...header, ...extra }), JSON.stringify(goodClaims)))).toEqual(invalid);
  });

  test('it has no type', async () => {
    expect(check(await sign(goodClaims, { alg: 'HS256' }))).toEqual(invalid);
  });

  test('it is encrypted, or has more or fewer than three parts', async () => {
    const encrypted = await new EncryptJWT({ ...goodClaims })
      .setProtectedHeader({ alg: 'dir', enc: 'A256GCM' })
      .encrypt(ownKey);
    const good = issue();
    for (const token of [
      encrypted,
      `${good}.x`,
      `${good}.`,
      `.${good}`,
      good.slice(0, good.lastIndexOf('.')),
      '',
      '..',
    ]) {
      expect(check(token), token).toEqual(invalid);
    }
  });

  test('another tenant signed it, in whichever name (A30)', async () => {
    const foreign = keyOf(otherTenantId);
    expect(check(await sign(goodClaims, header, foreign))).toEqual(invalid);
    const claims = {
      ...goodClaims,
      iss: `${publicUrl}/${otherTenantId}`,
      aud: `${publicUrl}/${otherTenantId}`,
      other: { ...goodClaims.other, tenantId: otherTenantId },
    };
    expect(check(await sign(claims))).toEqual(invalid);
    expect(check(await sign(claims, header, foreign))).toMatchObject({ ok: true, token: { tenantId: otherTenantId } });
    expect(check(await sign({ ...claims, other: { ...claims.other, tenantId: 'nobody' } }, header, foreign))).toEqual(
      invalid,
    );
  });

  test.each([
    ['another issuer', { iss: `https://evil.example/${tenantId}` }],
    ['the issuer of another tenant', { iss: `${publicUrl}/${otherTenantId}` }],
    ['another audience', { aud: `https://evil.example/${tenantId}` }],
    ['several audiences', { aud: [party, 'https://evil.example'] }],
    ['no issuer', { iss: undefined }],
    ['no audience', { aud: undefined }],
    ['no expiry', { exp: undefined }],
    ['an expiry in text', { exp: '9999999999' }],
    ['an endless expiry', { exp: 1e308 }],
    ['an expiry with a fraction', { exp: nowSeconds + 0.5 }],
    ['a subject that is not its user', { sub: 'mallory' }],
    ['no user', { other: { ...goodClaims.other, userId: undefined } }],
    ['a list of users', { sub: ['alice'], other: { ...goodClaims.other, userId: ['alice'] } }],
    ['no action', { act: undefined }],
    ['no details', { other: null }],
  ])('it has %s', (_what, over) => {
    expect(check(forge(JSON.stringify(header), JSON.stringify({ ...goodClaims, ...over })))).toEqual(invalid);
  });

  test.each(['null', '[]', '"text"', '1', '{', ''])('its payload is %s', (payload) => {
    expect(check(forge(JSON.stringify(header), payload))).toEqual(invalid);
  });

  test('any one character is another one', () => {
    const good = issue();
    const characters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_+/=. \n\0é';
    fc.assert(
      fc.property(
        fc.nat(good.length - 1),
        fc.constantFrom(...characters),
        fc.constantFrom('replace', 'insert', 'delete'),
        (at, character, what) => {
          const tail = good.slice(what === 'insert' ? at : at + 1);
          const changed = `${good.slice(0, at)}${what === 'delete' ? '' : character}${tail}`;
          if (changed !== good) expect(check(changed).ok).toBe(false);
        },
      ),
      { numRuns: 2_000 },
    );
  });

  test('its signature is spelt otherwise: padded, in the other alphabet, or with other unused bits', () => {
    const good = issue();
    const [head = '', body = '', signature = ''] = good.split('.');
    const bytes = Buffer.from(signature, 'base64url');
    // 32 bytes leave two bits of the last character unused, so three other last characters decode to the same bytes.
    const sameBytes = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_']
      .map((last) => signature.slice(0, -1) + last)
      .filter((text) => text !== signature && Buffer.from(text, 'base64url').equals(bytes));
    expect(sameBytes).toHaveLength(3);
    for (const spelt of [
      ...sameBytes,
      `${signature}=`,
      `${signature}A`,
      ` ${signature}`,
      bytes.toString('base64'),
      bytes.toString('hex'),
    ]) {
      expect(check(`${head}.${body}.${spelt}`), spelt).toEqual(invalid);
    }
  });

  test('it has a megabyte, without any key being looked up', () => {
    let asked = 0;
    const huge = forge(JSON.stringify(header), JSON.stringify({ ...goodClaims, pad: 'x'.repeat(1_000_000) }));
    const startedMs = performance.now();
    const result = checkActionToken(
      huge,
      (id) => {
        asked += 1;
        return keys.get(id);
      },
      publicUrl,
      nowMs,
    );
    expect(result).toEqual(invalid);
    expect(asked).toBe(0);
    expect(performance.now() - startedMs).toBeLessThan(20);
  });

  test('it is anything at all', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 60 }), (text) => {
        expect(check(text).ok).toBe(false);
      }),
    );
    expect(check(randomBytes(300).toString('base64url')).ok).toBe(false);
  });
});
