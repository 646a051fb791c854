import { describe, expect, test } from 'vitest';
import { compileRules } from './compile-rules.ts';
import { describeDecision } from './describe-decision.ts';
import { explainRules } from './explain-rules.ts';
import type { Action, Evidence, Rule } from './rule-set.ts';
import { UNKNOWN } from './value.ts';

const allow: Action = { actionCode: 'test', defaultUserActionResult: 'ALLOW' };
const withdrawal: Rule = {
  ruleId: 'r1',
  name: 'Large withdrawal',
  isActive: true,
  priority: 0,
  type: 'CHALLENGE',
  verificationMethods: ['PASSKEY'],
  conditions: { and: [{ '>': [{ var: 'custom.amount' }, 2000] }] },
};
const blocked: Rule = {
  ruleId: 'r2',
  name: 'Blocked countries',
  isActive: true,
  priority: 1,
  type: 'BLOCK',
  conditions: {
    or: [
      { in: [{ var: 'ip.countryCode' }, { var: 'lists.blocked' }] },
      { '>=': [{ actionCount: ['user', '*', 60, 'CHALLENGE_FAILED'] }, 5] },
    ],
  },
};
const lists = new Map([['blocked', ['KP']]]);
const failures = '["actionCount","user","*",60,"CHALLENGE_FAILED"]';

function explain(rules: readonly Rule[], facts: Evidence['facts'], failed: number | typeof UNKNOWN = 0) {
  const evidence: Evidence = { facts, history: new Map([[failures, failed]]) };
  return explainRules(compileRules({ rules, lists }), evidence, allow, { hasUsableAuthenticator: true });
}

const sentences = (...args: Parameters<typeof explain>) => describeDecision(explain(...args));

describe('a decision in plain English', () => {
  test('a match names the value found', () => {
    expect(sentences([withdrawal], { custom: { amount: 2001 } })).toEqual([
      'Rule "Large withdrawal" matched because custom.amount (2001) > 2000.',
      'The outcome is CHALLENGE, decided by rule "Large withdrawal".',
      'Allowed verification methods: PASSKEY.',
    ]);
  });

  test('a rule that did not match names the conditions that failed', () => {
    expect(sentences([withdrawal, blocked], { ip: { countryCode: 'NZ' } })).toEqual([
      'Rule "Large withdrawal" did not match because custom.amount (missing) is not > 2000.',
      'Rule "Blocked countries" did not match because ip.countryCode ("NZ") is not in the list "blocked" and ' +
        'actionCount(user, *, 60, CHALLENGE_FAILED) (0) is not >= 5.',
      'The outcome is ALLOW, the default of the action, because no rule matched.',
    ]);
  });

  test('only the reasons that apply are given', () => {
    expect(sentences([blocked], { ip: { countryCode: 'NZ' } }, 7)[0]).toBe(
      'Rule "Blocked countries" matched because actionCount(user, *, 60, CHALLENGE_FAILED) (7) >= 5.',
    );
  });

  test('I5: values that could not be computed are named, and so are their effect and the cap', () => {
    expect(sentences([blocked], { ip: UNKNOWN })).toEqual([
      'Rule "Blocked countries" could not be computed, because this is unknown: ' +
        'ip.countryCode (unknown) is in the list "blocked".',
      'The outcome is CHALLENGE instead of ALLOW, because rule "Blocked countries" could not be computed.',
      'It is not stricter, because what could not be computed demands at most a challenge of a user who can pass one.',
    ]);
  });

  test('a rule without conditions is described as such', () => {
    expect(sentences([{ ...withdrawal, conditions: {} }], {})[0]).toBe(
      'Rule "Large withdrawal" matched because it has no conditions.',
    );
  });

  test('negations and items of lists are described in words', () => {
    const conditions = {
      and: [
        { '!': { '==': [{ var: 'user.custom.tier' }, 'gold'] } },
        { some: [{ var: 'custom.sets' }, { in: [{ var: '' }, ['payroll']] }] },
        { '<=': [1, { '+': [{ var: 'custom.amount' }, 1] }, 10] },
        { var: 'device.isNew' },
      ],
    };
    const facts = { custom: { sets: ['payroll'], amount: 3 }, device: { isNew: true } };
    expect(sentences([{ ...withdrawal, conditions }], facts)[0]).toBe(
      'Rule "Large withdrawal" matched because user.custom.tier (missing) is not == "gold" and ' +
        'some(custom.sets (["payroll"]), in(item, ["payroll"])) counts as true and ' +
        '1 <= (custom.amount (3) + 1) <= 10 and device.isNew (true) counts as true.',
    );
  });
});

test('the trace names place, operator, paths, operands, values and result of each leaf', () => {
  const [rule] = explain([blocked], { ip: { countryCode: 'KP' } }, UNKNOWN).rules;
  expect(rule?.leaves).toEqual([
    {
      place: '/or/0',
      operator: 'in',
      reads: [
        { name: 'ip.countryCode', value: 'KP', isUnknown: false },
        { name: 'lists.blocked', value: ['KP'], isUnknown: false },
      ],
      operands: [
        { name: 'ip.countryCode', value: 'KP', isUnknown: false },
        { name: 'lists.blocked', value: ['KP'], isUnknown: false },
      ],
      result: true,
      text: 'ip.countryCode ("KP") is in the list "blocked"',
      isDecisive: true,
    },
    {
      place: '/or/1',
      operator: '>=',
      reads: [{ name: failures, value: null, isUnknown: true }],
      operands: [
        { name: failures, value: null, isUnknown: true },
        { name: '5', value: 5, isUnknown: false },
      ],
      result: 'unknown',
      text: 'actionCount(user, *, 60, CHALLENGE_FAILED) (unknown) >= 5',
      isDecisive: false,
    },
  ]);
});

test('a long value is shown shortened', () => {
  const items = Array.from({ length: 10_000 }, (_, index) => index);
  const conditions = { some: [{ var: 'custom.items' }, { '==': [{ var: '' }, 'x'] }] };
  const explanation = explain([{ ...withdrawal, conditions }], { custom: { items } });
  expect(JSON.stringify(explanation).length).toBeLessThan(2_000);
});
