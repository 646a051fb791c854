import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readCondition, writeCondition } from './condition-tree.ts';
import type { TreeGroup, TreeRule } from './condition-tree.ts';

const lists = new Set(['custom.tags', 'user.enrolledVerificationMethods']);
const isListFact = (path: string) => lists.has(path);
const read = (text: string | null) => readCondition(text, isListFact);

const text = fc.string({ maxLength: 8 });
const number = fc.oneof(
  fc.integer(),
  fc.double({ noNaN: true, noDefaultInfinity: true }).filter((value) => !Object.is(value, -0)),
);
const literal = fc.oneof(text, number);
const path = fc.constantFrom(
  'custom.amount',
  'ip.ipAddress',
  'device.isNew',
  'user.email',
  'custom.with space',
  'lists.x',
);
const alias = fc.stringMatching(/^[a-z][a-z0-9-]{0,9}$/);

/** An operator with a value that it takes. */
const test1 = fc.oneof(
  fc.constantFrom('isSet', 'isNotSet', 'isTrue', 'isFalse').map((operator) => ({ operator, value: null as unknown })),
  fc.record({ operator: fc.constantFrom('==', '!=', '>', '>=', '<', '<='), value: literal as fc.Arbitrary<unknown> }),
  fc.record({ operator: fc.constant('between'), value: fc.tuple(number, number) as fc.Arbitrary<unknown> }),
  fc.record({
    operator: fc.constantFrom('oneOf', 'notOneOf', 'inCidr', 'notInCidr', 'anyOf', 'noneOf'),
    value: fc.array(literal, { maxLength: 4 }) as fc.Arbitrary<unknown>,
  }),
  fc.record({ operator: fc.constantFrom('contains', 'notContains'), value: text as fc.Arbitrary<unknown> }),
  fc.record({ operator: fc.constantFrom('inList', 'notInList'), value: alias as fc.Arbitrary<unknown> }),
);
const past = fc.oneof(
  fc.tuple(fc.constant('actionCount'), fc.tuple(text, text, fc.nat(), text)),
  fc.tuple(fc.constant('distinctCount'), fc.tuple(text, text, fc.nat())),
  fc.tuple(fc.constant('customSum'), fc.tuple(text, text, text, fc.nat())),
  fc.tuple(fc.constant('minutesSince'), fc.tuple(text)),
);
const rule: fc.Arbitrary<TreeRule> = fc.oneof(
  fc.tuple(path, test1).map(([field, made]) => ({ field, ...made })),
  fc.tuple(past, test1).map(([[field, asked], { operator, value }]) => ({
    field,
    operator,
    value: { asked: [...asked], than: value },
  })),
  fc
    .array(text, { minLength: 2, maxLength: 4 })
    .map((value) => ({ field: 'custom.tags', operator: 'allOf', value: value as unknown })),
);
const { group } = fc.letrec<{ part: TreeRule | TreeGroup; group: TreeGroup }>((tie) => ({
  part: fc.oneof({ maxDepth: 4, depthIdentifier: 'tree' }, rule, tie('group')),
  group: fc
    .record({
      combinator: fc.constantFrom('and', 'or'),
      rules: fc.array(tie('part'), { maxLength: 4, depthIdentifier: 'tree' }),
      not: fc.boolean(),
    })
    .map(({ not, ...made }) => (not ? { ...made, not } : made)),
}));
const whole: fc.Arbitrary<TreeGroup> = fc.oneof(
  group,
  fc
    .tuple(rule)
    // Alone it is a group of its own.
    .filter(([only]) => only.operator !== 'allOf')
    .map((rules) => ({ combinator: 'and', rules, isBare: true })),
);

test('every tree that can be drawn survives being written and read', () => {
  fc.assert(
    fc.property(whole, (tree) => {
      // An empty condition has no combinator of its own.
      fc.pre(tree.rules.length > 0 || tree.not === true);
      const written = writeCondition(tree);
      const again = read(written);
      expect(again).toBeDefined();
      expect(writeCondition(again as TreeGroup)).toBe(written);
      // A group of “contains” about one list is the same JSON as “contains all”.
      if (!JSON.stringify(tree).includes('custom.tags')) expect(again).toEqual(tree);
    }),
    { numRuns: 2_000 },
  );
});

const json = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 5 },
    literal,
    fc.constantFrom(null, true, false),
    fc.record({ var: path }),
    fc.array(tie('value'), { maxLength: 3 }),
    fc
      .tuple(
        fc.constantFrom(
          'and',
          'or',
          '!',
          '!!',
          '==',
          '===',
          '<',
          '<=',
          'in',
          'inCidr',
          'some',
          'none',
          'all',
          'if',
          '+',
          'actionCount',
          'minutesSince',
        ),
        tie('value'),
      )
      .map(([operator, given]) => ({ [operator]: given })),
    fc.dictionary(fc.constantFrom('and', '==', 'x'), tie('value'), { maxKeys: 2 }),
  ),
})).value;

test('every other condition is text, and stays as it is: what is drawn is written as it was', () => {
  fc.assert(
    fc.property(json, fc.constantFrom(0, 1, 2), (value, space) => {
      const stored = JSON.stringify(value, null, space);
      const tree = read(stored);
      if (tree !== undefined) expect(writeCondition(tree)).toBe(stored);
    }),
    { numRuns: 3_000 },
  );
});

describe('every operator of the builder is written as the contract says', () => {
  const V = '{"var":"custom.x"}';
  const cases: [string, unknown, string][] = [
    ['isSet', null, `{"!=":[${V},null]}`],
    ['isNotSet', null, `{"==":[${V},null]}`],
    ['isTrue', null, `{"==":[${V},true]}`],
    ['isFalse', null, `{"==":[${V},false]}`],
    ['>', 2000, `{">":[${V},2000]}`],
    ['between', [1, 10], `{"<=":[1,${V},10]}`],
    ['==', 'x', `{"==":[${V},"x"]}`],
    ['oneOf', ['NZ', 'AU'], `{"in":[${V},["NZ","AU"]]}`],
    ['notOneOf', ['NZ'], `{"!":{"in":[${V},["NZ"]]}}`],
    ['contains', 'x', `{"in":["x",${V}]}`],
    ['notContains', 'x', `{"!":{"in":["x",${V}]}}`],
    ['inList', 'blocked', `{"in":[${V},{"var":"lists.blocked"}]}`],
    ['notInList', 'blocked', `{"!":{"in":[${V},{"var":"lists.blocked"}]}}`],
    ['anyOf', ['a', 'b'], `{"some":[${V},{"in":[{"var":""},["a","b"]]}]}`],
    ['allOf', ['a', 'b'], `{"and":[{"in":["a",${V}]},{"in":["b",${V}]}]}`],
    ['noneOf', ['a', 'b'], `{"none":[${V},{"in":[{"var":""},["a","b"]]}]}`],
    ['inCidr', ['203.0.113.0/24'], `{"inCidr":[${V},["203.0.113.0/24"]]}`],
  ];
  test.each(cases)('%s', (operator, value, written) => {
    const tree = { combinator: 'or', rules: [{ field: 'custom.x', operator, value }] };
    expect(writeCondition(tree)).toBe(`{"or":[${written}]}`);
    expect(readCondition(`{"or":[${written}]}`, () => true)).toEqual(tree);
  });
  test('a question about the past', () => {
    const stored = '{"and":[{">=":[{"actionCount":["user","*",60,"CHALLENGE_FAILED"]},3]}]}';
    expect(read(stored)?.rules).toEqual([
      { field: 'actionCount', operator: '>=', value: { asked: ['user', '*', 60, 'CHALLENGE_FAILED'], than: 3 } },
    ]);
  });
});

test.each([
  '{"and": [{"==":[{"var":"a.b"},1]}]}',
  '{"and":[{"==":[{"var":"a.b"},1.0]}]}',
  '{"and":[{"==":[{"var":["a.b",1]},1]}]}',
  '{"and":[{"===":[{"var":"a.b"},1]}]}',
  '{"and":[{"if":[true,true,false]}]}',
  '{"and":[{"==":[1,{"var":"a.b"}]}]}',
  '[]',
  'true',
  'nonsense',
])('%s stays text', (stored) => {
  expect(read(stored)).toBeUndefined();
});
