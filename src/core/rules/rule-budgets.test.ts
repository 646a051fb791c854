/** Ruling 52, A73: the limit is counted work, not time. What costs too much is refused before it runs. */
import { describe, expect, test } from 'vitest';
import { checkCondition } from './check-condition.ts';
import { compileRules } from './compile-rules.ts';
import { costOf } from './cost-of.ts';
import { describeDecision } from './describe-decision.ts';
import { evaluateRules, testRules } from './evaluate-rules.ts';
import { explainRules } from './explain-rules.ts';
import { findTooDear } from './find-too-dear.ts';
import { ruleBudgets } from './rule-budgets.ts';
import type { Action, Evidence, Rule, ValueLists } from './rule-set.ts';
import { UNKNOWN } from './value.ts';
import { warnAboutRules } from './warn-about-rules.ts';

const allow: Action = { actionCode: 'test', defaultUserActionResult: 'ALLOW' };
const user = { hasUsableAuthenticator: true };
const v = (path: string) => ({ var: path });
const repeat = <Item>(length: number, make: (index: number) => Item): Item[] =>
  Array.from({ length }, (_, index) => make(index));
const rule = (conditions: unknown, priority = 0, more: Partial<Rule> = {}): Rule => ({
  ruleId: `r${priority}`,
  name: 'R',
  isActive: true,
  priority,
  type: 'BLOCK',
  conditions,
  ...more,
});

const lists: ValueLists = new Map<string, readonly (string | number)[]>([
  ['long', repeat(10_000, (index) => `item-${index}`)],
  ['numbers', repeat(10_000, (index) => index)],
]);
const ranges = repeat(3_000, (index) => `10.${index % 256}.${index >> 8}.0/24`);
const longText = 'a'.repeat(60_000);
const digits = '1'.repeat(60_000);

/** The status of each rule, and why it could not be computed, with the items of `custom.items` that were read. */
function run(rules: readonly Rule[], custom: Evidence['facts'] = {}) {
  let looks = 0;
  const items = repeat(16_000, (index) => ({
    get k() {
      looks += 1;
      return index;
    },
  }));
  const evidence: Evidence = { facts: { custom: { items, ...custom } }, history: new Map() };
  const compiled = compileRules({ rules, lists });
  const faults = new Map<number, string>();
  const truths = testRules(compiled, evidence, (index, fault) => faults.set(index, fault));
  return { compiled, evidence, truths, faults, looks: () => looks };
}

describe('a decision', () => {
  const inRanges = { inCidr: [v(''), { if: [true, ranges] }] };
  test.each<[title: string, conditions: unknown, custom?: Evidence['facts']]>([
    ['ranges that are read for each item of a list', { some: [v('lists.long'), inRanges] }],
    ['ranges that are read for each item of a fact', { some: [v('custom.ips'), inRanges] }, { ips: ['10.0.0.1'] }],
    ['many operations for each item', { all: [v('lists.numbers'), { '>=': [{ '+': repeat(20, () => v('')) }, 0] }] }],
    [
      'a list for each item of a list',
      { some: [v('custom.items'), { some: [repeat(90, (n) => n), { '<': [v(''), 0] }] }] },
    ],
    ['a path of thousands of names', { some: [v('lists.long'), v(`0${'.0'.repeat(9_000)}`)] }],
    ['doubling a list', { reduce: [repeat(40, (n) => n), { merge: [v('accumulator'), v('accumulator')] }, [1]] }],
    [
      'doubling a text',
      { reduce: [repeat(40, (n) => n), { cat: [v('accumulator'), v('accumulator')] }, longText.slice(0, 99)] },
    ],
    ['doubling a nest', { '==': [{ reduce: [repeat(40, (n) => n), [v('accumulator'), v('accumulator')], 1] }, 'x'] }],
    [
      'a long text in a long text',
      { in: [v('custom.part'), v('custom.text')] },
      { text: longText, part: `${longText.slice(0, 9_000)}b` },
    ],
    [
      'a part of a text for each item',
      { some: [v('lists.numbers'), { in: [{ substr: [{ var: ['x', longText] }, v('')] }, ['b']] }] },
    ],
    ['long numbers', { or: repeat(150, () => ({ '<': [v('custom.text'), 0] })) }, { text: digits }],
    [
      'long equal texts',
      {
        some: [
          { map: [v('lists.long'), `${longText.slice(0, 9_000)}b`] },
          { '===': [v(''), { cat: [longText.slice(0, 9_000), 'a'] }] },
        ],
      },
    ],
    [
      'a long text in a list of such',
      { in: [v('custom.text'), { map: [v('lists.long'), `${longText.slice(1)}b`] }] },
      { text: longText },
    ],
  ])('stops at %s', (_, conditions, custom) => {
    const { truths, faults, looks } = run([rule(conditions), rule({ '==': [v('custom.a'), 1] }, 1)], custom);
    expect(truths).toEqual([UNKNOWN, false]);
    expect(faults).toEqual(new Map([[0, 'it takes too many steps']]));
    expect(looks()).toBeLessThan(ruleBudgets.ruleSteps.max);
  });

  test('counts the cost before the work: a loop that is too long reads no item', () => {
    const loop = { some: [v('custom.items'), { '<': [{ '+': repeat(9, () => v('k')) }, 0] }] };
    const { faults, looks } = run([rule(loop)]);
    expect([...faults.keys()]).toEqual([0]);
    expect(looks()).toBe(0);
  });

  test('has a budget for all its rules together, and steps that one rule was refused stay available to the others', () => {
    const loop = { some: [v('custom.items'), { '<': [v('k'), 0] }] };
    const tooLong = { some: [v('custom.items'), { '<': [{ '+': repeat(9, () => v('k')) }, 0] }] };
    const { truths, looks } = run([rule(tooLong), ...repeat(9, (index) => rule(loop, index + 1))]);
    const done = truths.filter((truth) => truth === false).length;
    expect(done).toBeGreaterThan(1);
    expect(truths).toEqual([UNKNOWN, ...repeat(9, (index) => (index < done ? false : UNKNOWN))]);
    expect(looks()).toBe(done * 16_000);
    expect(done * 16_000 * costOf(checked({ '<': [v('k'), 0] }))).toBeLessThan(ruleBudgets.decisionSteps.max);
  });

  test.each<[what: string, make: (which: number) => unknown]>([
    ['facts', (which) => ({ missing: repeat(600, (index) => `custom.f${which}-${index}`) })],
    [
      'questions',
      (which) => ({ or: repeat(60, (index) => ({ actionCount: ['user', '*', which * 100 + index, '*'] })) }),
    ],
    ['parts', () => ({ in: [1, repeat(20_000, () => 1)] })],
  ])('too many %s for all rules together: the last rules are unknown from the start', (_, make) => {
    const { compiled, truths, faults } = run([rule(make(1), 1), rule(make(2), 2), rule({}, 3)]);
    expect(truths.slice(1)).toEqual([UNKNOWN, true]);
    expect(faults.get(0)).toBe(undefined);
    expect(faults.get(1)).toMatch(/^The active rules of an action may .* together/);
    expect(compiled.problems, 'it is not broken').toEqual([]);
    expect(compiled.needs.paths.length).toBeLessThanOrEqual(ruleBudgets.factsOfAction.max);
    expect(compiled.needs.history.length).toBeLessThanOrEqual(ruleBudgets.questionsOfAction.max);
  });

  test('I5: a rule that costs too much makes a decision stricter at most', () => {
    const dear = { some: [v('lists.long'), inRanges] };
    const { compiled, evidence } = run([rule(dear, 0, { type: 'ALLOW' }), rule(dear, 1)]);
    expect(evaluateRules(compiled, evidence, allow, { hasUsableAuthenticator: false }).outcome).toBe('BLOCK');
    expect(evaluateRules(compiled, evidence, allow, user).outcome).toBe('CHALLENGE');
  });
});

describe('reading conditions', () => {
  test('stops after what 64 KiB can contain, whatever follows', () => {
    let looks = 0;
    const watched = new Proxy({}, { ownKeys: () => ((looks += 1), []), getPrototypeOf: () => Object.prototype });
    const { ok, parts } = checkCondition({ and: repeat(100, () => [repeat(5_000, () => watched)]) });
    expect(ok).toBe(false);
    expect(parts).toBeLessThanOrEqual(ruleBudgets.conditionBytes.max / 2 + 1);
    expect(looks).toBeLessThanOrEqual(parts);
  });

  test('reads no range if there are more than a rule can have', () => {
    let looks = 0;
    const range = { toString: () => ((looks += 1), '10.0.0.0/8') };
    expect(checkCondition({ inCidr: [v('a'), repeat(40_000, () => range)] }).ok).toBe(false);
    expect(looks).toBe(0);
  });
});

describe('trying out a rule that is saved', () => {
  const lengths = new Map([...lists].map(([alias, items]) => [alias, items.length]));

  test.each<[title: string, conditions: unknown, place: string | null]>([
    [
      'a loop over a long list',
      { and: [v('custom.a'), { some: [v('lists.long'), { inCidr: [v(''), { if: [true, ranges] }] }] }] },
      '/and/1',
    ],
    [
      'one of many',
      { or: [v('custom.a'), { '!': { all: [v('lists.long'), { cat: repeat(20, () => v('')) }] } }] },
      '/or/1/!',
    ],
    [
      'behind a choice',
      { if: [v('custom.a'), true, { inCidr: [v('custom.ip'), { if: [true, ranges, []] }] }] },
      '/if/2',
    ],
    ['none of them alone', { or: repeat(9, () => ({ some: [v('lists.long'), { in: [v(''), ['x']] }] })) }, ''],
    ['a fact that may be long', { some: [v('custom.items'), { in: [v(''), ['x']] }] }, null],
    ['a list that there is not', { some: [v('lists.gone'), { inCidr: [v(''), { if: [true, ranges] }] }] }, null],
    ['what a list is for', { inCidr: [v('ip.ipAddress'), v('lists.long')] }, null],
  ])('%s', (_, conditions, place) => {
    expect(findTooDear(checked(conditions), lengths)?.place ?? null).toBe(place);
  });

  test('conditions refused here are also refused in a decision', () => {
    for (const each of [{ some: [v('lists.numbers'), { '<': [{ '+': repeat(20, () => v('')) }, 0] }] }])
      expect(run([rule(each)]).faults.size).toBe(findTooDear(checked(each), lengths) === null ? 0 : 1);
  });
});

describe('warnings', () => {
  const known = { paths: ['ip.ipAddress'], certainPaths: new Set<string>(), enabledMethods: [] };

  test('end when their steps run out, and say so', () => {
    const names = new Set(repeat(200, (index) => `${'blocked-country-'.repeat(8)}${index}`));
    const misspelt = repeat(150, (index) => ({ in: [1, v(`lists.${'blocked-kountry-'.repeat(8)}${index}`)] }));
    const compared: number[] = [];
    const counting = {
      has: (name: string) => names.has(name),
      [Symbol.iterator]: function* () {
        for (const name of names) {
          compared.push(1);
          yield name;
        }
      },
    } as unknown as ReadonlySet<string>;
    const warnings = warnAboutRules({ rules: [rule({ or: misspelt })], lists: counting }, known);
    expect(warnings.map(({ code }) => code)).toContain('incomplete');
    expect(compared.length).toBeLessThan(200);
  });

  test('are limited to what a person would read', () => {
    const warnings = warnAboutRules(
      { rules: [rule({ or: repeat(400, (index) => v(`custom2.${index}`)) })], lists: new Set() },
      known,
    );
    expect(warnings).toHaveLength(21);
    expect(warnings.at(-1)?.code).toBe('incomplete');
  });

  test('also end for a constant that costs too much', () => {
    const dear = {
      or: repeat(9, () => ({ some: [repeat(2_000, (n) => n), { '<': [{ '+': repeat(9, () => v('')) }, 0] }] })),
    };
    const warnings = warnAboutRules({ rules: repeat(2, (index) => rule(dear, index)), lists: new Set() }, known);
    expect(warnings).toEqual([]);
  });
});

describe('an explanation', () => {
  const explain = (rules: readonly Rule[], custom: Evidence['facts']) => {
    const { compiled, evidence } = run(rules, custom);
    return explainRules(compiled, evidence, allow, user);
  };

  test('states the decision if there is too much to trace again, and says so', () => {
    const reads = { cat: repeat(300, () => v('custom.object')) };
    const object = Object.fromEntries(repeat(60, (index) => [`member-${index}`, longText.slice(0, 900)]));
    const explanation = explain(
      repeat(60, (index) => rule({ '!': { in: ['x', reads] } }, index)),
      { object },
    );
    expect(JSON.stringify(explanation).length).toBeLessThan(2 * ruleBudgets.explanationCharacters.max);
    expect(explanation.isCut).toBe(true);
    expect(explanation.rules.at(-1)).toMatchObject({ status: 'matched', fault: null, leaves: null });
    expect(describeDecision(explanation).at(-1)).toMatch(/are not told/);
  });

  test('never reports a condition as unknown because the steps ran out', () => {
    const loop = { some: [v('custom.items'), { '<': [v('k'), 0] }] };
    const { isCut, rules } = explain(
      repeat(8, (index) => rule(index < 7 ? loop : { '==': [v('custom.a'), 1] }, index)),
      { items: repeat(9_000, (k) => ({ k })) },
    );
    expect(isCut).toBe(true);
    for (const { status, leaves } of rules) {
      expect(status).toBe('not');
      for (const { result } of leaves ?? []) expect(result).toBe(false);
    }
  });

  test('is complete if it can be', () => {
    const { isCut, rules } = explain([rule({ '==': [v('custom.a'), 1] })], { a: 1 });
    expect(isCut).toBe(false);
    expect(rules[0]?.leaves).toHaveLength(1);
  });
});

function checked(conditions: unknown) {
  const result = checkCondition(conditions);
  if (!result.ok) throw new Error(JSON.stringify(result.problems));
  return result.condition;
}
