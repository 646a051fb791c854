import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findRange } from './sorted-ranges.ts';

describe('sorted ranges', () => {
  it.each([1, 2, 4])('find the range that holds a key of %d words, and no other', (width) => {
    const word = fc.constantFrom(0, 1, 2, 0x7fff_ffff, 0x8000_0000, 0xffff_fffe, 0xffff_ffff);
    const key = fc.array(word, { minLength: width, maxLength: width });
    const numberOf = (words: readonly number[]) => words.reduce((sum, part) => (sum << 32n) | BigInt(part), 0n);
    fc.assert(
      fc.property(fc.array(key, { maxLength: 12 }), key, (bounds, wanted) => {
        const sorted = [...new Map(bounds.map((words) => [numberOf(words), words]))]
          .sort(([a], [b]) => (a < b ? -1 : 1))
          .map(([, words]) => words);
        const pairs = sorted.flatMap((start, index) => {
          const end = sorted[index + 1];
          return index % 2 === 0 && end !== undefined ? [{ start, end }] : [];
        });
        const ranges = {
          width,
          starts: Uint32Array.from(pairs.flatMap(({ start }) => start)),
          ends: Uint32Array.from(pairs.flatMap(({ end }) => end)),
        };
        const at = numberOf(wanted);
        const expected = pairs.findIndex(({ start, end }) => numberOf(start) <= at && at <= numberOf(end));
        expect(findRange(ranges, wanted)).toBe(expected);
      }),
    );
  });
});
