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
const lists = { trusted: 'h1' };
const text = ruleSetText(action, [rule], lists);

test('the text has sorted keys and no unset members', () => {
  expect(text).toBe(
    '{"action":{"actionCode":"pay","defaultUserActionResult":"ALLOW"},"listHashes":{"trusted":"h1"},' +
      '"rules":[{"conditions":{"in":[{"var":"user.userId"},{"var":"lists.trusted"}]},"name":"Trusted","priority":3,' +
      '"ruleId":"r1","type":"ALLOW"}]}',
  );
});

test('if no list is named, releases that copied lists can read it too; otherwise they keep the rule set that they had', () => {
  expect(JSON.parse(ruleSetText(action, [], {}))).toHaveProperty('lists', {});
  expect(JSON.parse(text)).not.toHaveProperty('lists');
});

describe('the text stays the same', () => {
  test.each<[title: string, text: string]>([
    ['with members of other concerns', ruleSetText({ ...action, lastActionCreatedAt: 'now' } as Action, [rule], lists)],
    ['with null for absent', ruleSetText({ ...action, minimumAssurance: null }, [rule], lists)],
    ['with an inactive rule', ruleSetText(action, [rule, { ...other, isActive: false }], lists)],
  ])('%s', (_, same) => {
    expect(same).toBe(text);
  });

  test('for any order of the rules', () => {
    expect(ruleSetText(action, [rule, other], lists)).toBe(ruleSetText(action, [other, rule], lists));
  });
});

describe('the text changes', () => {
  test.each<[title: string, text: string]>([
    ['with the default outcome', ruleSetText({ ...action, defaultUserActionResult: 'BLOCK' }, [rule], lists)],
    ['with a demand', ruleSetText(action, [{ ...rule, minimumAssurance: 'high' }], lists)],
    ['with a null inside of a condition', ruleSetText(action, [{ ...rule, conditions: { '!': null } }], lists)],
    ['when a list that it names changes', ruleSetText(action, [rule], { trusted: 'h2' })],
    ['when a list that it names is deleted', ruleSetText(action, [rule], { trusted: null })],
  ])('%s', (_, changed) => {
    expect(changed).not.toBe(text);
  });
});
