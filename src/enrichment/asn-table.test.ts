import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeAsnTable, encodeAsnTable } from './asn-table.ts';
import { addressOf } from './fixture.ts';

const ipv4 = (text: string) => BigInt(addressOf(text).words[0] ?? 0);
const ipv6 = (text: string) => {
  const [high = 0, low = 0] = addressOf(text).words;
  return (BigInt(high) << 32n) | BigInt(low);
};

const source = {
  version: 'test 1',
  builtAtMs: Date.UTC(2026, 0, 1),
  ipv4: [
    { start: 0n, end: 0n, asn: 7 },
    { start: ipv4('8.8.8.0'), end: ipv4('8.8.8.255'), asn: 15169 },
    { start: ipv4('8.8.9.0'), end: ipv4('8.8.11.6'), asn: 4_200_000_000 },
    { start: ipv4('255.255.255.255'), end: ipv4('255.255.255.255'), asn: 7 },
  ],
  ipv6: [
    { start: ipv6('2001:200::'), end: ipv6('2001:200:1b9:ffff::'), asn: 2500 },
    { start: ipv6('ffff:ffff:ffff:fffe::'), end: ipv6('ffff:ffff:ffff:ffff::'), asn: 7 },
  ],
  organizations: new Map([
    [15169, 'Google LLC'],
    [4_200_000_000, 'Zürich\nTelekom'],
  ]),
};

describe('a table of autonomous systems', () => {
  it('reads as it was written, at both ends of every range', () => {
    const table = decodeAsnTable(encodeAsnTable(source));
    const asn = (text: string) => table.find(addressOf(text))?.asn ?? null;
    expect(table).toMatchObject({ version: 'test 1', builtAtMs: source.builtAtMs, rangeCount: 6 });
    expect(['0.0.0.0', '0.0.0.1', '8.8.7.255', '8.8.8.0', '8.8.8.255'].map(asn)).toEqual([7, null, null, 15169, 15169]);
    expect(['8.8.9.0', '8.8.11.6', '8.8.11.7'].map(asn)).toEqual([4_200_000_000, 4_200_000_000, null]);
    expect(['255.255.255.254', '255.255.255.255'].map(asn)).toEqual([null, 7]);
    expect(['2001:200::', '2001:200:1b9:ffff:1::', '2001:200:1ba::'].map(asn)).toEqual([2500, 2500, null]);
    expect(asn('ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff')).toBe(7);
    expect(table.find(addressOf('8.8.8.8'))?.asOrganization).toBe('Google LLC');
    expect(table.find(addressOf('8.8.9.9'))?.asOrganization).toBe('Zürich Telekom');
    expect(table.find(addressOf('0.0.0.0'))?.asOrganization).toBeNull();
  });

  it('is the same bytes for the same source', () => {
    expect(encodeAsnTable(source).equals(encodeAsnTable(source))).toBe(true);
  });

  it('of ranges that overlap is not made', () => {
    const overlapping = [...source.ipv4.slice(0, 2), { start: ipv4('8.8.8.255'), end: ipv4('8.8.9.0'), asn: 1 }];
    expect(() => encodeAsnTable({ ...source, ipv4: overlapping })).toThrow('sorted');
  });

  it('F30: with any byte changed or cut off is refused whole', () => {
    const whole = encodeAsnTable(source);
    fc.assert(
      fc.property(fc.nat(whole.length - 1), fc.integer({ min: 1, max: 255 }), (at, mask) => {
        const damaged = Buffer.from(whole);
        damaged[at] = (damaged[at] ?? 0) ^ mask;
        expect(() => decodeAsnTable(damaged)).toThrow();
        expect(() => decodeAsnTable(whole.subarray(0, at))).toThrow();
      }),
    );
  });

  it('that is bundled says what its source says', () => {
    const table = decodeAsnTable(readFileSync(new URL('../../data/asn-table.bin', import.meta.url)));
    const folder = dirname(createRequire(import.meta.url).resolve('@ip-location-db/asn/package.json'));
    const { version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { version: string };
    // Here because this failed? The package was updated: run `npx tsx scripts/build-asn-table.ts`.
    expect(table.version).toBe(`@ip-location-db/asn ${version}`);
    for (const file of ['asn-ipv4.csv', 'asn-ipv6.csv']) {
      const lines = readFileSync(join(folder, file), 'utf8').split('\n');
      for (let index = 0; index < lines.length; index += 499) {
        const [start = '', , asn] = (lines[index] ?? '').split(',');
        if (start === '') continue;
        const [, , ...withinSlash64] = addressOf(start).words;
        if (withinSlash64.some((word) => word !== 0)) continue;
        expect([start, table.find(addressOf(start))?.asn]).toEqual([start, Number(asn)]);
      }
    }
  });
});
