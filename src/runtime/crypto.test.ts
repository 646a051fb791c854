import { createHmac, randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { deriveKey, secretKey } from './crypto.ts';
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
