import fc from 'fast-check';
import { expect, test } from 'vitest';
import { describeRuleChange } from './describe-rule-change.ts';
import type { StatedRule, StatedRules } from './stated-rules.ts';

const rule = (name: string, priority: number, more: Partial<StatedRule> = {}): StatedRule => ({
  ruleId: name,
  name,
  description: null,
  isActive: true,
  priority,
  type: 'CHALLENGE',
  conditions: null,
  verificationMethods: null,
  promptToEnrollVerificationMethods: null,
  defaultVerificationMethod: null,
  minimumAssurance: null,
  ...more,
});
const set = (...rules: StatedRule[]): StatedRules => ({ defaultOutcome: 'ALLOW', rules });
const big =
  '{"and":[{">":[{"var":"custom.amount"},2000]},{"or":[{"==":[{"var":"device.isNew"},true]},{"!":{"in":[{"var":"user.email"},["a"]]}}]}]}';

test.each<[string, StatedRules, StatedRules, string[]]>([
  ['nothing', set(rule('A', 1)), set(rule('A', 1)), []],
  ['another place in the same order', set(rule('A', 1), rule('B', 2)), set(rule('A', 10), rule('B', 20)), []],
  [
    'a new rule, with its conditions in words',
    set(),
    set(rule('A', 1, { conditions: big, type: 'BLOCK' })),
    ['Rule "A" is new: BLOCK when custom.amount > 2000 and (device.isNew == true or not user.email is in ["a"]).'],
  ],
  [
    'everything about a rule',
    set(rule('A', 1)),
    set({
      ...rule('A', 1),
      name: 'B',
      isActive: false,
      type: 'REVIEW',
      conditions: '{"!=":[{"var":"ip.asn"},null]}',
      description: 'x',
      verificationMethods: ['PASSKEY'],
      minimumAssurance: 'high',
    }),
    [
      'Rule "A" is now called "B".',
      'Rule "B" is switched off.',
      'Rule "B" now decides REVIEW instead of CHALLENGE.',
      'Rule "B" now matches when ip.asn != null; before, when anything happens.',
      'Rule "B" has another note.',
      'Rule "B": the methods are now PASSKEY instead of those of the action.',
      'Rule "B": the minimum assurance is now high instead of that of the action.',
    ],
  ],
  [
    'the last becomes the first',
    set(rule('A', 1), rule('B', 2), rule('C', 3)),
    set(rule('C', 1), rule('A', 2), rule('B', 3)),
    ['Rule "C" now decides before rule "A".'],
  ],
  [
    'the first becomes the last',
    set(rule('A', 1), rule('B', 2), rule('C', 3)),
    set(rule('B', 1), rule('C', 2), rule('A', 3)),
    ['Rule "A" now decides after rule "C".'],
  ],
])('%s', (_what, before, after, sentences) => {
  expect(describeRuleChange(before, after)).toEqual(sentences);
});

test('it says something exactly if something differs, and never more than forty sentences', () => {
  const rules = fc
    .uniqueArray(fc.constantFrom(...'ABCDEFGH'), { maxLength: 8 })
    .chain((names) =>
      fc.tuple(...names.map((name, at) => fc.boolean().map((isActive) => rule(name, at, { isActive })))),
    );
  fc.assert(
    fc.property(rules, rules, (before, after) => {
      const said = describeRuleChange(set(...before), set(...after));
      expect(said.length > 0).toBe(JSON.stringify(before) !== JSON.stringify(after));
      expect(said.length).toBeLessThanOrEqual(40);
    }),
  );
});
