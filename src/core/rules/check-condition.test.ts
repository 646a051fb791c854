import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { checkCondition } from './check-condition.ts';

/** The places of the problems; empty if the conditions are accepted. */
function places(conditions: unknown): readonly string[] {
  const checked = checkCondition(conditions);
  return checked.ok ? [] : checked.problems.map(({ place }) => place);
}

const fact = { var: 'custom.a' };
const nest = (levels: number): unknown => (levels === 0 ? true : { '!': [nest(levels - 1)] });

describe('valid conditions are accepted unchanged', () => {
  test.each<[title: string, conditions: unknown]>([
    ['absent', undefined],
    ['empty', {}],
    ['bare comparison', { '==': [{ var: 'ip.isAnonymous' }, true] }],
    ['short form', { '!': fact }],
    ['short form of a velocity operator', { '<': [{ minutesSince: 'action' }, 5] }],
    ['reference with a fallback', { '>': [{ var: ['custom.a', 0] }, 1] }],
    ['reference to an item', { some: [fact, { in: [{ var: '' }, ['a']] }] }],
    ['an empty group', { and: [] }],
    ['any action in any state', { '>': [{ actionCount: ['ip', '*', 129_600, '*'] }, 3] }],
    ['distinct countries', { '>': [{ distinctCount: ['country', 'user', 1] }, 2] }],
    ['a sum', { '>': [{ customSum: ['amount', 'device', '*', 60] }, 1000] }],
    ['ranges from a list', { inCidr: [fact, { var: 'lists.ip-whitelist' }] }],
    ['missing, listed', { '!': { missing: ['custom.a', 'custom.b'] } }],
    ['missing_some', { '!': { missing_some: [1, ['custom.a', 'custom.b']] } }],
    ['20 levels', nest(20)],
    ['500 operations', { and: Array.from({ length: 499 }, () => fact) }],
    ['64 KiB', { in: ['a', 'x'.repeat(65_536 - 15)] }],
  ])('%s', (_, conditions) => {
    expect(places(conditions)).toEqual([]);
  });
});

describe('F23 A73: invalid conditions are refused with their place', () => {
  test.each<[title: string, conditions: unknown, place: string]>([
    ['a list of conditions', [fact], ''],
    ['a text', 'true', ''],
    ['a Map, which has no keys', new Map(), ''],
    ['two operators in one object', { '==': [1, 1], '!=': [1, 1] }, ''],
    ['two operators deep down', { and: [{ or: [fact, { var: 'a', in: 'b' }] }] }, '/and/0/or/1'],
    ['an unknown operator', { and: [{ matches: [fact, '.*'] }] }, '/and/0'],
    ['log', { log: [fact] }, ''],
    ['method, the hole of json-logic-js 1', { method: [{ var: 'a' }, 'constructor'] }, ''],
    ['__proto__ as an operator', JSON.parse('{"__proto__": [1]}'), ''],
    ['constructor as an operator', { constructor: [1] }, ''],
    ['toString as an operator', { toString: [] }, ''],
    ['a comparison of one', { and: [{ '>': [fact] }] }, '/and/0'],
    ['a comparison of three', { '==': [1, 2, 3] }, ''],
    ['a computed path', { var: { cat: ['custom.', 'a'] } }, ''],
    ['the whole document', { '==': [{ var: '' }, 1] }, '/==/0'],
    ['a slash in the place', { '/': [1, { nope: 1 }] }, '/~1/1'],
    ['an infinite number', { '>': [fact, JSON.parse('1e400')] }, '/>/1'],
    ['what is not JSON', { '>': [fact, undefined] }, '/>/1'],
    ['21 levels', nest(21), '/!/0'.repeat(20)],
    ['501 operations', { and: Array.from({ length: 500 }, () => fact) }, '/and/499'],
    ['64 KiB and a byte', { in: ['a', 'x'.repeat(65_537 - 15)] }, ''],
    ['64 KiB of UTF-8', { in: ['a', '€'.repeat(21_841)] }, ''],
    ['missing without a path', { missing: [] }, ''],
    ['missing with a computed path', { missing: [fact] }, ''],
    ['missing_some without a number', { missing_some: [['a']] }, ''],
    ['too few arguments for a count', { actionCount: ['user', 'signIn', 60] }, ''],
    ['an unknown party', { actionCount: ['card', 'signIn', 60, '*'] }, '/actionCount/0'],
    ['an impossible action code', { actionCount: ['user', 'sign in', 60, '*'] }, '/actionCount/1'],
    ['no minutes', { actionCount: ['user', 'signIn', 0, '*'] }, '/actionCount/2'],
    ['too many minutes', { actionCount: ['user', 'signIn', 129_601, '*'] }, '/actionCount/2'],
    ['half a minute', { actionCount: ['user', 'signIn', 0.5, '*'] }, '/actionCount/2'],
    ['minutes as text', { actionCount: ['user', 'signIn', '60', '*'] }, '/actionCount/2'],
    ['minutes from a fact', { actionCount: ['user', 'signIn', fact, '*'] }, '/actionCount/2'],
    ['an unknown state', { actionCount: ['user', 'signIn', 60, 'FAILED'] }, '/actionCount/3'],
    ['an unknown thing to count', { distinctCount: ['browser', 'user', 60] }, '/distinctCount/0'],
    ['counting by country', { distinctCount: ['user', 'country', 60] }, '/distinctCount/1'],
    ['the sum of a path', { customSum: ['custom.amount', 'user', '*', 60] }, '/customSum/0'],
    ['an unknown event', { minutesSince: ['birth'] }, '/minutesSince'.concat('/0')],
    ['an unknown event in short form', { minutesSince: 'birth' }, '/minutesSince'],
    ['a range that is none', { inCidr: [fact, ['10.0.0.0/8', '10.0.0.0/33']] }, '/inCidr/1/1'],
    ['a range that is no list', { inCidr: [fact, '10.0.0.0/8'] }, '/inCidr/1'],
  ])('%s', (_, conditions, place) => {
    expect(places(conditions)).toEqual([place]);
  });

  test('all problems are found in one pass', () => {
    expect(places({ and: [{ nope: 1 }, { '>': [1] }, fact, { var: 3, in: 4 }] })).toEqual([
      '/and/0',
      '/and/1',
      '/and/3',
    ]);
  });

  test('a megabyte of mistakes is answered with one page of sentences', () => {
    expect(
      places({ and: Array.from({ length: 30_000 }, () => ({})).map((_, index) => ({ a: index, b: 1 })) }),
    ).toHaveLength(20);
  });
});

describe('F23: no input makes the check throw', () => {
  test('a cyclic list', () => {
    const list: unknown[] = [];
    list.push(list, list);
    expect(places({ and: list })).toHaveLength(1);
  });

  test('10,000 nested lists', () => {
    expect(places(JSON.parse(`{"and":${'['.repeat(10_000)}${']'.repeat(10_000)}}`))).toHaveLength(1);
  });

  const operator = fc.constantFrom(
    'and',
    'or',
    '==',
    '<',
    'var',
    'in',
    'some',
    'actionCount',
    'missing_some',
    'inCidr',
    'nope',
  );
  const { soup } = fc.letrec<{ soup: unknown }>((tie) => ({
    soup: fc.oneof(
      { depthSize: 'medium' },
      fc.anything({ withBigInt: true, withMap: true, withNullPrototype: true, withSparseArray: true }),
      fc.dictionary(operator, fc.oneof(tie('soup'), fc.array(tie('soup'))), { maxKeys: 2 }),
    ),
  }));

  test('any value gives problems or conditions that can be written as JSON', () => {
    fc.assert(
      fc.property(soup, (conditions) => {
        const checked = checkCondition(conditions);
        if (checked.ok) JSON.stringify(checked.condition);
        else {
          expect(checked.problems.length).toBeGreaterThan(0);
          for (const { message } of checked.problems) expect(message).toMatch(/^[A-Z].*\.$/s);
        }
      }),
      { numRuns: 3_000 },
    );
  });
});
