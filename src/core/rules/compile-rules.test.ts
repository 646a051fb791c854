import { describe, expect, test } from 'vitest';
import { compileRules } from './compile-rules.ts';
import { evaluateRules } from './evaluate-rules.ts';
import { explainRules } from './explain-rules.ts';
import { readRuleSetDocument, writeRuleSetDocument } from './rule-set-document.ts';
import type { Action, Evidence, Rule } from './rule-set.ts';

const allow: Action = { actionCode: 'test', defaultUserActionResult: 'ALLOW' };
const user = { hasUsableAuthenticator: true };
const lists = new Map<string, readonly string[]>();

function rule(ruleId: string, conditions: unknown, more: Partial<Rule> = {}): Rule {
  return { ruleId, name: ruleId, isActive: true, priority: 0, type: 'REVIEW', conditions, ...more };
}

describe('needs are exactly what active rules read, each once', () => {
  const count = { actionCount: ['user', 'signIn', 60, '*'] };
  const compiled = compileRules({
    rules: [
      rule('a', { and: [{ '>': [count, 5] }, { in: [{ var: 'user.email' }, { var: 'lists.vip' }] }] }),
      rule('b', { or: [{ '<': [count, 2] }, { var: ['user.email', { var: 'user.phoneNumber' }] }] }),
      rule('c', { some: [{ var: 'custom.items' }, { '==': [{ var: 'sku' }, 'x'] }] }),
      rule('d', { '!': { missing: ['custom.amount', 'lists.vip'] } }),
      rule('off', { and: [{ var: 'device.isNew' }, { minutesSince: 'action' }] }, { isActive: false }),
    ],
    lists,
  });

  test('paths', () => {
    expect([...compiled.needs.paths].sort()).toEqual([
      'custom.amount',
      'custom.items',
      'user.email',
      'user.phoneNumber',
    ]);
  });

  test('history questions with a key that does not depend on the rule', () => {
    expect(compiled.needs.history).toEqual([
      {
        key: '["actionCount","user","signIn",60,"*"]',
        question: { operator: 'actionCount', by: 'user', actionCode: 'signIn', minutes: 60, state: '*' },
      },
    ]);
  });
});

test('F23: a rule whose stored conditions are broken is reported, and can only make a decision stricter', () => {
  const compiled = compileRules({
    rules: [rule('broken', { exec: ['rm'] }), rule('fine', {}, { type: 'ALLOW' })],
    lists,
  });
  expect(compiled.problems).toEqual([
    { ruleId: 'broken', place: '', message: expect.stringMatching(/exec/) as string },
  ]);
  const evidence = { facts: {}, history: new Map() };
  expect(evaluateRules(compiled, evidence, allow, { hasUsableAuthenticator: false })).toMatchObject({
    outcome: 'REVIEW',
    decidingRuleId: 'broken',
    matchedRuleIds: ['fine'],
    isStricterByUnknown: true,
  });
});

describe('A46 F30: a rule that throws is unknown, and the others still count', () => {
  test('a rule that exceeds its steps', () => {
    const forty = Array.from({ length: 40 }, (_, index) => index);
    const doubling = { reduce: [forty, { merge: [{ var: 'accumulator' }, { var: 'accumulator' }] }, [1]] };
    const compiled = compileRules({ rules: [rule('heavy', doubling), rule('fine', {}, { priority: 1 })], lists });
    const evidence = { facts: {}, history: new Map() };
    const { decision, rules } = explainRules(compiled, evidence, allow, user);
    expect(rules).toMatchObject([
      { ruleId: 'heavy', status: 'unknown' },
      { ruleId: 'fine', status: 'matched' },
    ]);
    expect(decision).toMatchObject({ unknownRuleIds: ['heavy'], matchedRuleIds: ['fine'] });
    expect(rules.map(({ fault }) => fault)).toEqual(['it takes too many steps', null]);
  });

  test('a fact that throws when it is read', () => {
    const facts: Evidence['facts'] = {
      get ip(): never {
        throw new Error('the lookup broke');
      },
    };
    const compiled = compileRules({
      rules: [rule('anonymous', { var: 'ip.isAnonymous' }), rule('fine', {}, { priority: 1 })],
      lists,
    });
    const decision = evaluateRules(compiled, { facts, history: new Map() }, allow, user);
    expect(decision).toMatchObject({ unknownRuleIds: ['anonymous'], matchedRuleIds: ['fine'] });
  });
});

test('ruling 38: rule sets of the first language version are read, those of a later version than this are not', () => {
  const text = writeRuleSetDocument(allow, [rule('a', {})], {});
  expect(text).toContain('"language":2');
  expect(() => readRuleSetDocument(text)).not.toThrow();
  expect(() => readRuleSetDocument(text.replace('"language":2,', ''))).not.toThrow();
  expect(() => readRuleSetDocument(text.replace('"language":2', '"language":3'))).toThrow(/version 3/);
});

test('the same evidence gives the same decision, and evaluation does not change it', () => {
  const compiled = compileRules({ rules: [rule('a', { '>': [{ var: 'custom.amount' }, 5] })], lists });
  const deepFrozen = { facts: Object.freeze({ custom: Object.freeze({ amount: 6 }) }), history: new Map() };
  const first = evaluateRules(compiled, deepFrozen, allow, user);
  expect(evaluateRules(compiled, deepFrozen, allow, user)).toEqual(first);
  expect(first.outcome).toBe('REVIEW');
});
