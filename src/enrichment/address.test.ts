import { createRequire } from 'node:module';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseAddress, readAddress } from './address.ts';

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

describe('an address as it was sent', () => {
  it.each([
    ['175.45.176.1', '175.45.176.1'],
    [' 175.45.176.1\t', '175.45.176.1'],
    ['"175.45.176.1"', '175.45.176.1'],
    ["'175.45.176.1:51234'", '175.45.176.1'],
    ['" 175.45.176.1 "', '175.45.176.1'],
    ['175.45.176.1:51234', '175.45.176.1'],
    ['[175.45.176.1]', '175.45.176.1'],
    ['[2001:DB8::1]', '2001:db8::1'],
    ['"[2001:db8::1]:443"', '2001:db8::1'],
    ['2001:db8::1:443', '2001:db8::1:443'],
    ['fe80::1%eth0', 'fe80::1'],
    ['[fe80::1%25eth0.100]:80', 'fe80::1'],
    ['::ffff:175.45.176.1', '175.45.176.1'],
    ['[::FFFF:af2d:b001%3]:80', '175.45.176.1'],
    ['::175.45.176.1', '175.45.176.1'],
    ['64:ff9b::af2d:b001', '175.45.176.1'],
    ['64:FF9B::175.45.176.1', '175.45.176.1'],
    ['2002:af2d:b001::1', '175.45.176.1'],
    ['2002:AF2D:B001:1:2:3:4:5', '175.45.176.1'],
    ['2001:0:4136:e378:8000:63bf:50d2:4ffe', '175.45.176.1'],
    ['::ffff:0:175.45.176.1', '175.45.176.1'],
    ['2002:0a00:0001::', '10.0.0.1'],
    ['2001:20::1', '2001:20::1'],
  ])('ruling 37: %j is read as %s', (sent, read) => {
    expect(readAddress(sent)).toEqual(parseAddress(read));
    expect(readAddress(read)?.text).toBe(read);
  });

  it.each([
    ...['', ' ', '""', '[]', '[]:80', 'unknown', '_hidden', '-', 'a', '1.2.3', '256.1.1.1', '0177.0.0.1', '0x7f.1'],
    ...['175.45.176.1, 10.0.0.1', '175.45.176.1,', '175.45.176.1 10.0.0.1', '"175.45.176.1", "10.0.0.1"'],
    ...['175.45.176.1:', '175.45.176.1:65536', '175.45.176.1:http', '175.45.176.1:_x', '175.45.176.1/24'],
    ...['"175.45.176.1', '175.45.176.1"', '[175.45.176.1', '175.45.176.1]', '[[::1]]', '["::1"]', '[::1]80'],
    ...['175.45.176.1%eth0', 'fe80::1%', 'fe80::1%a b', '%eth0', '1:2:3:4:5:6:7:8:443', '::ffff:1.2.3.4:80'],
    ...['for=175.45.176.1', 'http://175.45.176.1', '175.45.176.1\u200b', '１.２.３.４', '175.45.176.1\u0000'],
    // The translator's own choice says where the address inside stands.
    ...['64:ff9b:1::af2d:b001', `${' '.repeat(300)}175.45.176.1`],
  ])('ruling 37: %j cannot be read', (sent) => {
    expect(readAddress(sent)).toBeNull();
  });

  it('ruling 37: whatever can be parsed is read, and nothing throws or is slow', () => {
    fc.assert(
      fc.property(fc.oneof(fc.ipV4(), fc.ipV6()), fc.constantFrom('', ' ', '"', "'"), (address, around) => {
        expect(readAddress(`${around}${address}${around}`)).toEqual(readAddress(address));
        if (!/^(?:2001:0*:|2002:|0*64:ff9b:)/i.test(address))
          expect(readAddress(address)).toEqual(parseAddress(address));
      }),
    );
    for (const piece of ['"', '[', ':', '%', '.', ' ', '1.', '1:', '[::1%']) readAddress(piece.repeat(100_000));
    for (const text of naughtyStrings) readAddress(text);
  });
});
