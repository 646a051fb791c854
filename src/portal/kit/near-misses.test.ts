/** Worry: an analyst is shown the wrong rules as those that nearly matched. */
import { expect, test } from 'vitest';
import type { Leaf } from '../api/types.ts';
import { conditionsAway } from './near-misses.ts';

const leaf = (place: string, result: Leaf['result']): Leaf => ({
  place,
  operator: '==',
  reads: [],
  operands: [],
  result,
  text: '',
  isDecisive: false,
});

test.each([
  { name: 'a single condition', leaves: [leaf('', false)], away: 1 },
  { name: 'one of two that must both hold', leaves: [leaf('/and/0', true), leaf('/and/1', false)], away: 1 },
  { name: 'both of two', leaves: [leaf('/and/0', false), leaf('/and/1', false)], away: 2 },
  { name: 'one of several alternatives', leaves: [leaf('/or/0', false), leaf('/or/1', false)], away: 1 },
  { name: 'what is unknown', leaves: [leaf('/and/0', true), leaf('/and/1', 'unknown')], away: 1 },
  {
    name: 'the nearest alternative of groups',
    leaves: [
      leaf('/or/0/and/0', false),
      leaf('/or/0/and/1', false),
      leaf('/or/1/and/0', true),
      leaf('/or/1/and/1', false),
    ],
    away: 1,
  },
  {
    name: 'a group and a condition that must both hold',
    leaves: [leaf('/and/0/or/0', false), leaf('/and/0/or/1', false), leaf('/and/1', false)],
    away: 2,
  },
  { name: 'a negation, of which it says nothing', leaves: [leaf('/!/0', true)], away: undefined },
  { name: 'a rule without conditions', leaves: [], away: undefined },
])('counts $name', ({ leaves, away }) => {
  expect(conditionsAway({ status: 'not', leaves })).toBe(away);
});

test('a rule that matched is no condition away', () => {
  expect(conditionsAway({ status: 'matched', leaves: [leaf('/or/0', false)] })).toBe(0);
});
