import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { timeOrderedIds } from './time-ordered-ids.ts';

const versionSeven = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

function timeOf(id: string): number {
  return Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16);
}

describe('time-ordered ids', () => {
  test('are version 7 UUIDs that carry the millisecond of their making (RFC 9562 §5.7)', () => {
    const ids = timeOrderedIds(() => 1_768_471_200_123, randomBytes);
    const id = ids.uuid();
    expect(id).toMatch(versionSeven);
    expect(timeOf(id)).toBe(1_768_471_200_123);
  });

  test('rise strictly, also within a millisecond, past a full counter, and when the clock is set back', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -5_000, max: 5_000 }), { minLength: 1, maxLength: 200 }), (steps) => {
        let nowMs = 1_768_471_200_000;
        const ids = timeOrderedIds(() => nowMs, randomBytes);
        let last = '';
        for (const step of steps) {
          nowMs += step;
          const id = ids.uuid();
          expect(id > last).toBe(true);
          expect(id).toMatch(versionSeven);
          last = id;
        }
      }),
    );
    const ids = timeOrderedIds(() => 1_000, randomBytes);
    const many = Array.from({ length: 10_000 }, () => ids.uuid());
    expect([...many].sort()).toEqual(many);
    expect(new Set(many).size).toBe(10_000);
  });

  test('of two processes in the same millisecond differ by 62 random bits', () => {
    const one = timeOrderedIds(() => 1_000, randomBytes);
    const other = timeOrderedIds(() => 1_000, randomBytes);
    const all = new Set(Array.from({ length: 2_000 }, () => [one.uuid(), other.uuid()]).flat());
    expect(all.size).toBe(4_000);
  });
});
