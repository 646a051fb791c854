import { BlockList, isIP } from 'node:net';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ipRanges, parseIpRange } from './ip-ranges.ts';

describe('an address is in a range if its leading bits are', () => {
  test.each<[address: string, range: string, expected: boolean]>([
    ['203.0.113.9', '203.0.113.0/24', true],
    ['203.0.114.0', '203.0.113.0/24', false],
    ['203.0.113.9', '203.0.113.200/24', true],
    ['203.0.113.9', '203.0.113.9', true],
    ['203.0.113.9', '0.0.0.0/0', true],
    ['2001:db8::1', '2001:db8::/32', true],
    ['2001:DB8:0:0:0:0:0:1', '2001:db8::1', true],
    ['2001:db9::', '2001:db8::/32', false],
    ['::ffff:203.0.113.9', '203.0.113.0/24', true],
    ['::ffff:cb00:7109', '203.0.113.0/24', true],
    ['203.0.113.9', '::ffff:203.0.113.0/120', true],
    ['2001:db8::1', '::/0', true],
    ['203.0.113.9', '::/0', false],
    ['2001:db8::1', '0.0.0.0/0', false],
  ])('%s in %s: %s', (address, range, expected) => {
    expect(ipRanges([range])(address)).toBe(expected);
  });
});

test.each([
  ['', '1.2.3', '1.2.3.4.5', '256.0.0.1', '01.2.3.4', '0x1.2.3.4', '1.2.3.4 ', '1.2.3.4/', '1.2.3.4/33', '1.2.3.4/08'],
  ['1.2.3.4/-1', '1.2.3.4/8/8', ':', ':::', '1::2::3', '1:2:3:4:5:6:7', '1:2:3:4:5:6:7:8:9', '1:2:3:4:5:6:7::8'],
  ['::1.2.3', '1.2.3.4::', '12345::', 'fe80::1%eth0', '::/129', 'g::', '1:2:3:4:5:6:7:1.2.3.4', '1.2.3.4:1::'],
])('an invalid range is refused: %s %s %s ...', (...texts) => {
  for (const text of texts) expect([text, parseIpRange(text)]).toEqual([text, null]);
});

const ipv4 = fc.ipV4();
const ipv6 = fc.ipV6();

test('parsing agrees with node:net on what an address is', () => {
  const almost = fc.stringMatching(/^[0-9a-f:.]{0,20}$/);
  fc.assert(
    fc.property(fc.oneof(ipv4, ipv6, almost), (text) => {
      expect(parseIpRange(text) !== null).toBe(isIP(text) !== 0);
    }),
    { numRuns: 3_000 },
  );
});

test('membership agrees with node:net', () => {
  const ipv4Range = fc.tuple(fc.constantFrom('10.0.0.0', '203.0.113.77', '0.0.0.0'), fc.integer({ min: 0, max: 32 }));
  const ipv6Range = fc.tuple(fc.constantFrom('2001:db8::', '::1', 'fe80::'), fc.integer({ min: 1, max: 128 }));
  const nearby = fc.constantFrom(
    '10.0.0.1',
    '10.1.2.3',
    '203.0.113.76',
    '2001:db8::7',
    '2001:db8:8000::',
    '::2',
    'fe80::9',
  );
  fc.assert(
    fc.property(fc.oneof(ipv4Range, ipv6Range), fc.oneof(nearby, ipv4, ipv6), ([base, length], address) => {
      // Node counts mapped addresses as IPv6; ours are IPv4.
      fc.pre(!/^[0:]*:ffff:/i.test(address));
      const familyOf = (text: string) => (text.includes(':') ? 'ipv6' : 'ipv4');
      const blocks = new BlockList();
      blocks.addSubnet(base, length, familyOf(base));
      const expected = familyOf(base) === familyOf(address) && blocks.check(address, familyOf(address));
      expect(ipRanges([`${base}/${length}`])(address)).toBe(expected);
    }),
    { numRuns: 3_000 },
  );
});
