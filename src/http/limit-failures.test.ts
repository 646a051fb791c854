import { describe, expect, test } from 'vitest';
import { addressBucket } from '../core/addresses/address-bucket.ts';
import { virtualRuntime } from '../runtime/virtual-runtime.ts';
import { limitFailures } from './limit-failures.ts';

describe('A44: one bucket for', () => {
  test.each([
    [
      'all spellings of an IPv4 address',
      '203.0.113.7',
      ['::ffff:203.0.113.7', '::FFFF:203.0.113.7', '::ffff:cb00:7107'],
    ],
    [
      'all addresses of an IPv6 /64, however they are written',
      '2001:db8:1:2::1',
      [
        '2001:DB8:1:2::1',
        '2001:db8:1:2:ffff:ffff:ffff:ffff',
        '2001:0db8:0001:0002:0:0:0:9',
        '2001:db8:1:2::203.0.113.7',
      ],
    ],
    [
      'everything that is no address',
      'unknown',
      ['', 'a', '203.0.113.7:80', '203.0.113.7, 10.0.0.1', "' or 1=1 --", '\0'],
    ],
  ])('%s', (_what, one, others) => {
    for (const other of others) expect(addressBucket(other), other).toBe(addressBucket(one));
  });

  test('each of two IPv4 addresses, two /64 and an address that looks like one', () => {
    const names = ['203.0.113.7', '203.0.113.8', '2001:db8:1:2::1', '2001:db8:1:3::1', '2001:db8:0:2::1', 'x'].map(
      addressBucket,
    );
    expect(new Set(names).size).toBe(names.length);
  });
});

describe('failed authentications of an address', () => {
  test('A44: are let through 30 times a minute and then told to wait until the minute is over', async () => {
    const { clock, advance } = virtualRuntime();
    const failures = limitFailures(clock);
    for (let count = 1; count <= 30; count += 1) expect(failures.countFailure('203.0.113.7')).toBe(0);
    expect(failures.countFailure('203.0.113.7')).toBe(60);
    await advance(20_500);
    expect(failures.countFailure('::ffff:203.0.113.7')).toBe(40);
    expect(failures.countFailure('203.0.113.8')).toBe(0);
    await advance(39_500);
    expect(failures.countFailure('203.0.113.7')).toBe(0);
  });

  test('A44: are counted over the whole /64, so that rotating addresses wins nothing', () => {
    const failures = limitFailures(virtualRuntime().clock);
    const waits = Array.from({ length: 31 }, (_, index) => failures.countFailure(`2001:db8::${index.toString(16)}`));
    expect(waits.filter((wait) => wait > 0)).toHaveLength(1);
  });

  test('are remembered in bounded memory, however many addresses there are', () => {
    const failures = limitFailures(virtualRuntime().clock);
    const before = process.memoryUsage().heapUsed;
    for (let index = 0; index < 150_000; index += 1) {
      failures.countFailure(`${index >> 24}.${(index >> 16) & 255}.${(index >> 8) & 255}.${index & 255}`);
    }
    expect((process.memoryUsage().heapUsed - before) / 2 ** 20).toBeLessThan(100);
  });

  test('F14: are counted by time that passes, whatever the clock says', async () => {
    const { clock, advance } = virtualRuntime();
    const failures = limitFailures({ ...clock, now: () => 0 });
    for (let count = 1; count <= 30; count += 1) failures.countFailure('203.0.113.7');
    expect(failures.countFailure('203.0.113.7')).toBe(60);
    await advance(60_000);
    expect(failures.countFailure('203.0.113.7')).toBe(0);
  });
});
