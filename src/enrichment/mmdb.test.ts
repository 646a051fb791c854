import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import fc from 'fast-check';
import { Reader } from 'mmdb-lib';
import { describe, expect, it } from 'vitest';
import { frameMmdb, writeMmdb } from '../../scripts/write-mmdb.ts';
import { addressOf, cityRecord } from '../testkit/enrichment.ts';
import { parseAddress } from './address.ts';
import { openMmdb } from './mmdb.ts';

const bundledPath = createRequire(import.meta.url).resolve(
  '@ip-location-db/geo-whois-asn-country-mmdb/geo-whois-asn-country.mmdb',
);

const records = {
  '8.8.8.0/24': cityRecord('US', 'Mountain View', 37, -122),
  '1.1.1.1/32': cityRecord('AU', 'Sydney', -34, 151),
  '2a00:1450::/32': cityRecord('IE', 'Dublin', 53, -6),
  '9.0.0.0/8': { long: 'x'.repeat(300), flag: true, list: [1, 'two', -3.5], middle: 'y'.repeat(40) },
};

function lookUp(bytes: Buffer, text: string): unknown {
  const mmdb = openMmdb(bytes);
  const offset = mmdb.find(addressOf(text));
  return offset === null ? null : mmdb.read(offset);
}

/** Everything a program may do with a file: open it, look addresses up, decode. Damage may only throw. */
function exercise(bytes: Buffer): void {
  try {
    const mmdb = openMmdb(bytes);
    for (const text of ['8.8.8.8', '1.1.1.1', '9.9.9.9', '255.255.255.255', '2a00:1450::1', 'ffff::']) {
      try {
        const offset = mmdb.find(addressOf(text));
        if (offset !== null) mmdb.read(offset);
      } catch (error) {
        expect(error).toBeInstanceOf(Error);
      }
    }
  } catch (error) {
    expect(error).toBeInstanceOf(Error);
  }
}

describe('a MaxMind DB', () => {
  it.each([24, 28, 32] as const)('with records of %d bits reads as it was written', (recordSize) => {
    const bytes = writeMmdb({ records, recordSize });
    expect(lookUp(bytes, '8.8.8.8')).toEqual(records['8.8.8.0/24']);
    expect(lookUp(bytes, '1.1.1.1')).toEqual(records['1.1.1.1/32']);
    expect(lookUp(bytes, '2a00:1450:1::9')).toEqual(records['2a00:1450::/32']);
    expect(lookUp(bytes, '9.9.9.9')).toEqual(records['9.0.0.0/8']);
    expect(lookUp(bytes, '1.1.1.2')).toBeNull();
    expect(lookUp(bytes, 'ffff::')).toBeNull();
  });

  it('of IPv4 alone answers IPv4 and knows no IPv6', () => {
    const bytes = writeMmdb({ records: { '8.8.8.0/24': { country_code: 'US' } }, ipVersion: 4 });
    expect(lookUp(bytes, '8.8.8.8')).toEqual({ country_code: 'US' });
    expect(lookUp(bytes, '2a00:1450::1')).toBeNull();
  });

  it('reads as the reference reader does, for any address of the bundled file', () => {
    const bytes = readFileSync(bundledPath);
    const mmdb = openMmdb(bytes);
    const reference = new Reader(bytes);
    const check = (text: string) => {
      const address = parseAddress(text);
      if (address === null || text !== address.text) return;
      const offset = mmdb.find(address);
      expect(offset === null ? null : { ...(mmdb.read(offset) as object) }).toEqual(reference.get(text));
    };
    fc.assert(fc.property(fc.ipV4(), check), { numRuns: 2000 });
    fc.assert(fc.property(fc.ipV6(), check), { numRuns: 500 });
    expect(mmdb.buildEpochMs).toBe(reference.metadata.buildEpoch.getTime());
  });

  it('F30: with any bytes flipped only ever throws, and quickly', () => {
    const whole = writeMmdb({ records });
    const flip = fc.tuple(fc.nat(whole.length - 1), fc.integer({ min: 1, max: 255 }));
    fc.assert(
      fc.property(fc.array(flip, { minLength: 1, maxLength: 20 }), (flips) => {
        const damaged = Buffer.from(whole);
        for (const [at, mask] of flips) damaged[at] = (damaged[at] ?? 0) ^ mask;
        exercise(damaged);
      }),
      { numRuns: 3000 },
    );
  });

  it('F30: with every single bit of its data and metadata flipped in turn only ever throws', () => {
    const whole = writeMmdb({ records: { '8.8.8.0/24': cityRecord('US', 'Here', 1, 2) } });
    const treeEnd = whole.indexOf('city') - 30;
    for (let at = Math.max(0, treeEnd); at < whole.length; at += 1) {
      for (let bit = 0; bit < 8; bit += 1) {
        const damaged = Buffer.from(whole);
        damaged[at] = (damaged[at] ?? 0) ^ (1 << bit);
        exercise(damaged);
      }
    }
  });

  it('F30: cut off anywhere is refused', () => {
    const whole = writeMmdb({ records });
    for (let length = 0; length < whole.length; length += 7) {
      expect(() => openMmdb(whole.subarray(0, length))).toThrow();
    }
  });

  it('F30: whose records are a bomb of pointers or of long strings is refused after bounded work', () => {
    // 30 lists of 20 pointers each to the next list: 20^30 values for a reader that follows them all.
    const lists = Array.from({ length: 12 }, (_, level) => {
      const next = (level + 1) * 42;
      const pointer = [0x20 | ((next >> 8) & 0x07), next & 0xff];
      return Buffer.from([0x14, 0x04, ...Array.from({ length: 20 }, () => pointer).flat()]);
    });
    const bomb = Buffer.concat([...lists, Buffer.from([0x40])]);
    const tree = Buffer.alloc(6);
    tree.writeUIntBE(1 + 16, 0, 3);
    tree.writeUIntBE(1 + 16, 3, 3);
    const bytes = frameMmdb(tree, bomb, 1);
    const mmdb = openMmdb(bytes);
    expect(() => mmdb.read(0)).toThrow('larger than any real one');

    const loop = openMmdb(frameMmdb(tree, Buffer.from([0x20, 0x00]), 1));
    expect(() => loop.read(0)).toThrow('larger than any real one');

    const text = Buffer.concat([Buffer.from([0x5e, 0x7f, 0xff]), Buffer.alloc(0x7fff + 285, 0x61)]);
    const repeated = Buffer.concat([
      Buffer.from([0x14, 0x04]),
      ...Array.from({ length: 20 }, () => Buffer.from([0x20, 42])),
    ]);
    const strings = openMmdb(frameMmdb(tree, Buffer.concat([repeated, text]), 1));
    expect(() => strings.read(0)).toThrow('larger than any real one');
  });

  it('F30: whose tree runs in circles is refused at the look-up', () => {
    const tree = Buffer.alloc(12);
    tree.writeUIntBE(0, 0, 3);
    tree.writeUIntBE(0, 3, 3);
    tree.writeUIntBE(2 + 16, 6, 3);
    tree.writeUIntBE(2, 9, 3);
    const mmdb = openMmdb(frameMmdb(tree, Buffer.from([0x40]), 2));
    expect(() => mmdb.find(addressOf('8.8.8.8'))).toThrow('does not end at a record');
  });
});
