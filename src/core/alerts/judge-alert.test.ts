import { describe, expect, test } from 'vitest';
import { judgeAlert } from './judge-alert.ts';

const minute = 60_000;
const at = (count: number, raisedAt: number | null, reachedAt: number | null) => ({
  count,
  threshold: 5,
  quietMinutes: 10,
  raisedAt,
  reachedAt,
});

describe('an alert', () => {
  test.each([
    ['below the threshold nothing happens', at(4, null, null), 'keep'],
    ['at the threshold it is raised', at(5, null, null), 'raise'],
    ['while raised it is not raised again', at(9, 0, 0), 'prolong'],
    ['below again, it waits for the quiet time', at(0, 0, 91 * minute), 'keep'],
    ['after the quiet time it ends', at(4, 0, 90 * minute), 'end'],
    ['after its end it can be raised again', at(5, null, 99 * minute), 'raise'],
  ])('%s', (_what, standing, expected) => {
    expect(judgeAlert(standing, 100 * minute)).toBe(expected);
  });
});
