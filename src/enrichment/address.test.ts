import { createRequire } from 'node:module';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseAddress } from './address.ts';

const naughtyStrings = createRequire(import.meta.url)('big-list-of-naughty-strings/blns.json') as string[];

describe('an address', () => {
  it.each([
    ['::ffff:1.2.3.4', '1.2.3.4'],
    ['::FFFF:102:304', '1.2.3.4'],
    ['0:0:0:0:0:ffff:1.2.3.4', '1.2.3.4'],
    ['2001:DB8:0:0:0:0:0:AB', '2001:db8::ab'],
    ['2001:0db8::00ab', '2001:db8::ab'],
  ])('A44: %s has the one spelling %s', (text, normal) => {
    expect(parseAddress(text)?.text).toBe(normal);
  });

  it('A44: every spelling of an IPv6 address has the same text and words', () => {
    const group = fc.integer({ min: 0, max: 0xffff });
    fc.assert(
      fc.property(fc.array(group, { minLength: 8, maxLength: 8 }), (groups) => {
        const long = groups.map((part) => part.toString(16).padStart(4, '0').toUpperCase()).join(':');
        const short = groups.map((part) => part.toString(16)).join(':');
        const parsed = parseAddress(long);
        expect(parsed).not.toBeNull();
        expect(parseAddress(short)).toEqual(parsed);
        expect(parseAddress(parsed?.text ?? '')).toEqual(parsed);
      }),
    );
  });

  it.each([
    ...['', ' ', 'a', '1', '1.2.3', '1.2.3.4 ', ' 1.2.3.4', '1.2.3.4:80', '[::1]', '1.2.3.4, 5.6.7.8', '1.2.3.4/24'],
    ...['0177.0.0.1', '0x7f.0.0.1', '010.0.0.1', '2130706433', '127.1', '256.1.1.1', '1.2.3.4.5', '１.２.３.４'],
    ...['fe80::1%eth0', '::1%1', '1::2::3', '::ffff:1.2.3.256', '::ffff:01.2.3.4', ':::', 'g::1', '1:2:3:4:5:6:7:8:9'],
    '1.2.3.4\u0000',
    '1.2.3.4\n',
  ])('A45: %j is no address', (text) => {
    expect(parseAddress(text)).toBeNull();
  });

  it('A45: no naughty string throws, and none that is not an address passes for one', () => {
    const passed = naughtyStrings.filter((text) => parseAddress(text) !== null);
    expect(passed.every((text) => /^[0-9a-fA-F.:]+$/.test(text))).toBe(true);
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => parseAddress(text) !== undefined));
  });

  it.each([
    ['8.8.8.8', 'public'],
    ['2a00:1450:4001::1', 'public'],
    ['10.1.2.3', 'private'],
    ['172.16.0.1', 'private'],
    ['192.168.1.1', 'private'],
    ['100.64.0.1', 'private'],
    ['127.0.0.1', 'private'],
    ['169.254.169.254', 'private'],
    ['::1', 'private'],
    ['fd00::1', 'private'],
    ['fe80::1', 'private'],
    ['::ffff:10.0.0.1', 'private'],
    ['0.0.0.0', 'reserved'],
    ['192.0.2.1', 'reserved'],
    ['255.255.255.255', 'reserved'],
    ['224.0.0.1', 'reserved'],
    ['2001:db8::1', 'reserved'],
    ['ff02::1', 'reserved'],
  ])('%s is %s', (text, scope) => {
    expect(parseAddress(text)?.scope).toBe(scope);
  });
});
