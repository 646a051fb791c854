import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { codeBytes, oneTimeCode } from './one-time-code.ts';

test('N03: a code has the requested number of digits, including leading zeros', () => {
  expect(oneTimeCode(Buffer.alloc(codeBytes), 6)).toBe('000000');
  for (let length = 6; length <= 10; length += 1) {
    expect(oneTimeCode(randomBytes(codeBytes), length)).toMatch(new RegExp(`^[0-9]{${length}}$`));
  }
});

test('N24: every digit is equally likely, over all values of a byte', () => {
  const counts = new Map<string, number>();
  for (let byte = 0; byte < 256; byte += 1) {
    // One byte, followed by bytes for another digit, so that a skipped byte shows.
    const bytes = Buffer.from([byte, ...Buffer.alloc(codeBytes - 1, 249)]);
    const [digit = ''] = oneTimeCode(bytes, 6);
    counts.set(digit, (counts.get(digit) ?? 0) + 1);
  }
  // Each of the ten digits has 25 of the 250 byte values; the six skipped values show the 9 of the next byte.
  expect([...counts].sort()).toEqual([...'0123456789'].map((digit) => [digit, digit === '9' ? 31 : 25]));
});

test('a code is never made from less randomness than it needs', () => {
  expect(() => oneTimeCode(Buffer.alloc(codeBytes, 255), 6)).toThrow('Not enough randomness');
});
