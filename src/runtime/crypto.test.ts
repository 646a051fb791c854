import { createHmac, generateKeyPairSync, randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { deriveKey, isEd25519Point, secretKey } from './crypto.ts';
import type { SecretKey } from './crypto.ts';

const bytesOf = (key: SecretKey) => key.export().toString('hex');

/** HKDF with SHA-256 for one block, as RFC 5869 §2.2 and §2.3 write it. */
function hkdf(input: Buffer, salt: Buffer, info: Buffer): Buffer {
  const extracted = createHmac('sha256', salt).update(input).digest();
  return createHmac('sha256', extracted)
    .update(Buffer.concat([info, Buffer.from([1])]))
    .digest();
}

test('N45: the oracle is RFC 5869: appendix A.1, the first block', () => {
  const [input, salt, info] = ['0b'.repeat(22), '000102030405060708090a0b0c', 'f0f1f2f3f4f5f6f7f8f9'];
  const made = hkdf(Buffer.from(input, 'hex'), Buffer.from(salt, 'hex'), Buffer.from(info, 'hex'));
  expect(made.toString('hex')).toBe('3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf');
});

test('N45: a derived key is HKDF-SHA-256 of the root, with product, version, purpose and tenant as its info', () => {
  const root = randomBytes(32);
  const info = Buffer.from('["sallyport",1,"action-token","tenant"]');
  const derived = deriveKey(secretKey(root), 'action-token', 'tenant');
  expect(bytesOf(derived)).toBe(hkdf(root, Buffer.alloc(32), info).toString('hex'));
});

test('N45, A43: two purposes or two tenants never have one key, also where their names run into each other', () => {
  const root = secretKey(randomBytes(32));
  const name = fc.string({ unit: fc.constantFrom('a', 'b', '"', ',', '[', '\\', ' '), maxLength: 4 });
  fc.assert(
    fc.property(name, name, name, name, (purpose, tenant, otherPurpose, otherTenant) => {
      const isSame = purpose === otherPurpose && tenant === otherTenant;
      const keys = [deriveKey(root, purpose, tenant), deriveKey(root, otherPurpose, otherTenant)].map(bytesOf);
      expect(keys[0] === keys[1]).toBe(isSame);
    }),
  );
  expect(bytesOf(deriveKey(secretKey(randomBytes(32)), 'a', 'b'))).not.toBe(bytesOf(deriveKey(root, 'a', 'b')));
});

describe('a point of Ed25519', () => {
  test('is what keys are', () => {
    for (let count = 0; count < 20; count += 1) {
      const { x = '' } = generateKeyPairSync('ed25519').publicKey.export({ format: 'jwk' });
      expect(isEd25519Point(Buffer.from(x, 'base64url')), x).toBe(true);
    }
  });

  // The eight points of small order, those of them that can be written with the other sign too, and beyond the prime.
  test.each([
    ['the neutral one', '0100000000000000000000000000000000000000000000000000000000000000'],
    ['the neutral one, with a sign', '0100000000000000000000000000000000000000000000000000000000000080'],
    ['of order 2', 'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f'],
    ['of order 2, with a sign', 'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff'],
    ['of order 4', '0000000000000000000000000000000000000000000000000000000000000000'],
    ['of order 4, the other', '0000000000000000000000000000000000000000000000000000000000000080'],
    ['of order 8', '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05'],
    ['of order 8, the second', '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85'],
    ['of order 8, the third', 'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a'],
    ['of order 8, the fourth', 'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa'],
    ['the prime in place of 0', 'edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f'],
    ['the prime and 1', 'eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f'],
    ['beside the curve', '0200000000000000000000000000000000000000000000000000000000000000'],
    ['of 31 bytes', '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc'],
    ['of no bytes', ''],
  ])('%s is none that a key can be', (_what, hex) => {
    expect(isEd25519Point(Buffer.from(hex, 'hex'))).toBe(false);
  });
});
