import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { codeBytes, oneTimeCode } from './one-time-code.ts';

test('N03: a code has as many digits as asked for, zeros in front too', () => {
  expect(oneTimeCode(Buffer.alloc(codeBytes), 6)).toBe('000000');
  for (let length = 6; length <= 10; length += 1) {
    expect(oneTimeCode(randomBytes(codeBytes), length)).toMatch(new RegExp(`^[0-9]{${length}}$`));
  }
});

test('N24: every digit is as likely as any other, over all values that a byte can have', () => {
  const counts = new Map<string, number>();
  for (let byte = 0; byte < 256; byte += 1) {
    // One byte, after it a digit of its own kind, so that a byte that is passed over shows.
    const bytes = Buffer.from([byte, ...Buffer.alloc(codeBytes - 1, 249)]);
    const [digit = ''] = oneTimeCode(bytes, 6);
    counts.set(digit, (counts.get(digit) ?? 0) + 1);
  }
  // Each of the ten has 25 bytes of 250; the six that are passed over show the 9 of what follows.
  expect([...counts].sort()).toEqual([...'0123456789'].map((digit) => [digit, digit === '9' ? 31 : 25]));
});

test('a code is never made of less randomness than it takes', () => {
  expect(() => oneTimeCode(Buffer.alloc(codeBytes, 255), 6)).toThrow('Not enough randomness');
});
