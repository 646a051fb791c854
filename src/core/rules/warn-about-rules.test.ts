import { describe, expect, test } from 'vitest';
import type { Rule } from './rule-set.ts';
import { warnAboutRules } from './warn-about-rules.ts';

const known = { paths: ['ip.isAnonymous', 'ip.location.city', 'custom.amount'], enabledMethods: ['PASSKEY'] };
const lists = new Set(['blocked-countries']);

function rule(conditions: unknown, more: Partial<Rule> = {}): Rule {
  return { ruleId: 'r', name: 'R', isActive: true, priority: 5, type: 'BLOCK', conditions, ...more };
}

const warn = (...rules: readonly Rule[]) => warnAboutRules({ rules, lists }, known);
const all = rule({}, { ruleId: 'all', name: 'Everybody', priority: 0 });

describe('warnings', () => {
  test('a rule behind one that always matches never decides', () => {
    expect(warn(rule({ var: 'custom.amount' }), all)).toEqual([
      {
        code: 'shadowed',
        ruleId: 'r',
        message: 'Rule "Everybody" has priority 0 and always matches, so this rule never decides.',
      },
    ]);
    expect(warn(all, rule({ '==': [1, 1] }, { priority: 1 })).map(({ code }) => code)).toEqual(['shadowed']);
    expect(warn({ ...all, isActive: false }, rule({ var: 'custom.amount' }))).toEqual([]);
  });

  test('a rule that cannot match', () => {
    expect(warn(rule({ and: [] })).map(({ code }) => code)).toEqual(['never_matches']);
  });

  test('an unknown path, with the nearest one that is known', () => {
    expect(warn(rule({ and: [{ '==': [{ var: 'ip.isAnonymus' }, true] }] }))).toEqual([
      {
        code: 'unknown_path',
        ruleId: 'r',
        place: '/and/0/==/0',
        message: 'There is no fact "ip.isAnonymus"; did you mean "ip.isAnonymous"?',
      },
    ]);
    expect(warn(rule({ var: 'weather' }))[0]?.message).toBe('There is no fact "weather".');
  });

  test('a group of facts or a part of one is known', () => {
    expect(warn(rule({ or: [{ var: 'ip.location' }, { var: 'custom.amount.0' }] }))).toEqual([]);
  });

  test('a list that does not exist', () => {
    expect(warn(rule({ in: [{ var: 'custom.amount' }, { var: 'lists.blocked-country' }] }))).toMatchObject([
      { code: 'unknown_list', place: '/in/1', message: expect.stringContaining('"blocked-countries"') as string },
    ]);
  });

  test('a list or a fact that is not reachable from inside of an item operator', () => {
    const conditions = { some: [{ var: 'custom.amount' }, { in: [{ var: '' }, { var: 'lists.blocked-countries' }] }] };
    expect(warn(rule(conditions))).toMatchObject([{ code: 'out_of_reach', place: '/some/1/in/1' }]);
  });

  test('methods that are not enabled', () => {
    const methods = { verificationMethods: ['PASSKEY', 'SMS'], defaultVerificationMethod: 'SMS' };
    expect(warn(rule({}, methods))).toMatchObject([{ code: 'method_not_enabled' }]);
  });

  test('conditions that are refused are left to the check', () => {
    expect(warn(rule({ nope: 1 }))).toEqual([]);
  });
});
