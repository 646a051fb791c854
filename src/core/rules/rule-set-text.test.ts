import { describe, expect, test } from 'vitest';
import { ruleSetText } from './rule-set-text.ts';
import type { Action, Rule } from './rule-set.ts';

const action: Action = { actionCode: 'pay', defaultUserActionResult: 'ALLOW' };
const rule: Rule = {
  ruleId: 'r1',
  name: 'Trusted',
  isActive: true,
  priority: 3,
  type: 'ALLOW',
  conditions: { in: [{ var: 'user.userId' }, { var: 'lists.trusted' }] },
};
const other: Rule = { ...rule, ruleId: 'r0', priority: 9, conditions: null };
const lists = new Map([
  ['trusted', ['u1']],
  ['unused', ['x']],
]);
const text = ruleSetText(action, { rules: [rule], lists });

test('the text has sorted keys and nothing that is not set', () => {
  expect(text).toBe(
    '{"action":{"actionCode":"pay","defaultUserActionResult":"ALLOW"},"lists":{"trusted":["u1"]},' +
      '"rules":[{"conditions":{"in":[{"var":"user.userId"},{"var":"lists.trusted"}]},"name":"Trusted","priority":3,' +
      '"ruleId":"r1","type":"ALLOW"}]}',
  );
});

describe('the text stays the same', () => {
  test.each<[title: string, text: string]>([
    [
      'with members of other concerns',
      ruleSetText({ ...action, lastActionCreatedAt: 'now' } as Action, { rules: [rule], lists }),
    ],
    ['with null for absent', ruleSetText({ ...action, minimumAssurance: null }, { rules: [rule], lists })],
    ['with an inactive rule', ruleSetText(action, { rules: [rule, { ...other, isActive: false }], lists })],
    ['when an unused list changes', ruleSetText(action, { rules: [rule], lists: new Map([['trusted', ['u1']]]) })],
  ])('%s', (_, same) => {
    expect(same).toBe(text);
  });

  test('in whatever order the rules come', () => {
    expect(ruleSetText(action, { rules: [rule, other], lists })).toBe(
      ruleSetText(action, { rules: [other, rule], lists }),
    );
  });
});

describe('the text changes', () => {
  test.each<[title: string, text: string]>([
    [
      'with the default outcome',
      ruleSetText({ ...action, defaultUserActionResult: 'BLOCK' }, { rules: [rule], lists }),
    ],
    ['with a demand', ruleSetText(action, { rules: [{ ...rule, minimumAssurance: 'high' }], lists })],
    [
      'with a null inside of a condition',
      ruleSetText(action, { rules: [{ ...rule, conditions: { '!': null } }], lists }),
    ],
    ['when a used list changes', ruleSetText(action, { rules: [rule], lists: new Map([['trusted', ['u2']]]) })],
    ['when a used list is emptied', ruleSetText(action, { rules: [rule], lists: new Map([['trusted', []]]) })],
    ['when a used list is deleted', ruleSetText(action, { rules: [rule], lists: new Map() })],
  ])('%s', (_, changed) => {
    expect(changed).not.toBe(text);
  });
});
