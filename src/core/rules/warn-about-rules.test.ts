import { describe, expect, test } from 'vitest';
import type { Rule } from './rule-set.ts';
import { warnAboutRules } from './warn-about-rules.ts';

const known = {
  paths: ['ip.isAnonymous', 'ip.location.city', 'custom.amount', 'device.isNew'],
  certainPaths: new Set(['device.isNew']),
  enabledMethods: ['PASSKEY'],
};
const lists = new Set(['blocked-countries']);

function rule(conditions: unknown, more: Partial<Rule> = {}): Rule {
  return { ruleId: 'r', name: 'R', isActive: true, priority: 5, type: 'BLOCK', conditions, ...more };
}

const warn = (...rules: readonly Rule[]) => warnAboutRules({ rules, lists }, known);
const all = rule({}, { ruleId: 'all', name: 'Everybody', priority: 0 });

describe('warnings', () => {
  test('a rule after one that always matches never decides', () => {
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

  test('an unknown path, with the nearest known one', () => {
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

  test('a list or a fact that cannot be reached inside an item operator', () => {
    const conditions = { some: [{ var: 'custom.amount' }, { in: [{ var: '' }, { var: 'lists.blocked-countries' }] }] };
    expect(warn(rule(conditions))).toMatchObject([{ code: 'out_of_reach', place: '/some/1/in/1' }]);
  });

  test('methods that are not enabled', () => {
    const methods = { verificationMethods: ['PASSKEY', 'SMS'], defaultVerificationMethod: 'SMS' };
    expect(warn(rule({}, methods))).toMatchObject([{ code: 'method_not_enabled' }]);
  });

  describe('ruling 38: an ALLOW rule that is true for missing values is reported', () => {
    const missing = (conditions: unknown, type: Rule['type'] = 'ALLOW') =>
      warn(rule(conditions, { type }))
        .filter(({ code }) => code === 'matches_when_missing')
        .map(({ place, message }) => [place, /without (.*?),/.exec(message)?.[1]]);
    const amount = { var: 'custom.amount' };
    const list = { var: 'lists.blocked-countries' };

    test.each<[title: string, conditions: unknown, place: string, what: string]>([
      ['not in a list', { '!': { in: [amount, list] } }, '', '"custom.amount"'],
      ['one of several', { and: [{ '==': [{ var: 'a.b' }, 1] }, { '!=': [amount, 5] }] }, '/and/1', '"custom.amount"'],
      ['one of several ways', { or: [{ '<': [amount, 5] }, { none: [amount, true] }] }, '/or/1', '"custom.amount"'],
      ['not small', { '!': { '<': [{ '/': [amount, 100] }, 5] } }, '', '"custom.amount"'],
      ['neither', { '!': { or: [{ '==': [amount, 1] }, { var: 'x.y' }] } }, '', '"custom.amount"'],
      ['if not', { if: [{ '>': [amount, 5] }, false, true] }, '', '"custom.amount"'],
      ['an answer', { if: [{ var: 'x.y' }, { '!': amount }, false] }, '/if/1', '"custom.amount"'],
      ['is not set', { '==': [amount, null] }, '', '"custom.amount"'],
      ['is missing', { missing: ['custom.amount'] }, '', '"custom.amount"'],
      ['something to fall back on', { '<': [{ var: ['custom.amount', 0] }, 5] }, '', '"custom.amount"'],
      ['two that are missing are the same', { '==': [amount, { var: 'x.y' }] }, '', '"custom.amount" and "x.y"'],
      ['a list with nothing in it', { '!!': [{ merge: [amount] }] }, '/!!/0', '"custom.amount"'],
    ])('%s', (_, conditions, place, what) => {
      expect(missing(conditions)).toContainEqual([place, what]);
      expect(missing(conditions, 'BLOCK')).toEqual([]);
    });

    test.each<[title: string, conditions: unknown]>([
      ['what needs the value', { '<': [{ '/': [amount, 100] }, 5] }],
      ['in a list', { in: [amount, list] }],
      ['what is never missing', { '!': { var: 'device.isNew' } }],
      ['what only may be true', { '!=': [amount, { var: 'x.y' }] }],
      ['a denial of a denial', { '!': { '!': { in: [amount, list] } } }],
      ['nothing that is read', { '!': { in: [1, [2]] } }],
      ['no conditions', {}],
    ])('not for %s', (_, conditions) => {
      expect(missing(conditions)).toEqual([]);
    });
  });

  test('conditions that are refused are left to the check', () => {
    expect(warn(rule({ nope: 1 }))).toEqual([]);
  });
});
