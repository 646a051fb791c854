import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { SealBroken, createSeal } from './seal.ts';
import type { Place } from './seal.ts';

const random = { bytes: randomBytes };
const oldKey = Buffer.alloc(32, 1);
const newKey = Buffer.alloc(32, 2);
const seal = createSeal([oldKey], random);
const place: Place = { tenantId: 't', table: 'authenticators', row: 'r', column: 'secret_sealed' };
const secret = Buffer.from('correct horse battery staple');

describe('a sealed value', () => {
  test('opens where it was sealed, whatever it contains', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 500 }), (bytes) => {
        const value = Buffer.from(bytes);
        expect(seal.open(seal.seal(value, place), place)).toEqual(value);
      }),
    );
  });

  test('contains neither the secret nor the key, and no two are alike', () => {
    const [one, other] = [seal.seal(secret, place), seal.seal(secret, place)];
    expect(one.includes(secret)).toBe(false);
    expect(one.includes(oldKey.subarray(0, 8))).toBe(false);
    expect(one.equals(other)).toBe(false);
  });

  test('A65: moved to another tenant, table, row or column does not open', () => {
    const sealed = seal.seal(secret, place);
    for (const moved of [{ tenantId: 'u' }, { table: 'tenants' }, { row: 's' }, { column: 'key_sealed' }]) {
      expect(() => seal.open(sealed, { ...place, ...moved })).toThrow(SealBroken);
    }
  });

  test('A43: two different places are never the same place, however their names are split', () => {
    const name = fc.string({ unit: fc.constantFrom('a', ',', '"', '\\', '[', ']'), maxLength: 4 });
    const anyPlace = fc.record({ tenantId: name, table: name, row: name, column: name });
    fc.assert(
      fc.property(anyPlace, anyPlace, (from, to) => {
        fc.pre(JSON.stringify(from) !== JSON.stringify(to));
        expect(() => seal.open(seal.seal(secret, from), to)).toThrow(SealBroken);
      }),
    );
  });

  test('with any one bit changed, or cut short or lengthened, does not open', () => {
    const sealed = seal.seal(secret, place);
    for (let bit = 0; bit < sealed.length * 8; bit += 1) {
      const changed = Buffer.from(sealed);
      changed.writeUInt8(changed.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
      expect(() => seal.open(changed, place), `bit ${bit}`).toThrow(SealBroken);
    }
    for (let length = 0; length < sealed.length; length += 1) {
      expect(() => seal.open(sealed.subarray(0, length), place), `${length} bytes`).toThrow(SealBroken);
    }
    expect(() => seal.open(Buffer.concat([sealed, Buffer.of(0)]), place)).toThrow(SealBroken);
  });

  test('opens under any of the keys given, and is sealed under the first', () => {
    const sealed = seal.seal(secret, place);
    const rotated = createSeal([newKey, oldKey], random);
    expect(rotated.open(sealed, place)).toEqual(secret);
    const resealed = rotated.seal(secret, place);
    expect(createSeal([newKey], random).open(resealed, place)).toEqual(secret);
    expect(() => seal.open(resealed, place)).toThrow(SealBroken);
  });

  test('under a missing key names the key by its fingerprint, and reveals nothing about any key', () => {
    const sealed = seal.seal(secret, place);
    const message = (() => {
      try {
        createSeal([newKey], random).open(sealed, place);
        return '';
      } catch (error) {
        return String(error);
      }
    })();
    expect(message).toMatch(/fingerprint [0-9a-f]{16} .*SALLYPORT_MASTER_KEY/);
    for (const key of [oldKey, newKey]) {
      expect(message).not.toContain(key.toString('hex').slice(0, 16));
      expect(message).not.toContain(key.toString('base64').slice(0, 12));
    }
  });

  test('cannot be created without a key', () => {
    expect(() => createSeal([], random)).toThrow('At least one master key');
  });
});
