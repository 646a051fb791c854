import { describe, expect, test } from 'vitest';
import { checkCondition } from './check-condition.ts';
import { compileCondition } from './compile-condition.ts';
import { compileInputs } from './inputs.ts';
import { createLinker } from './linker.ts';
import { ruleBudgets } from './rule-budgets.ts';
import type { Evidence, ValueLists } from './rule-set.ts';
import { UNKNOWN, type Truth, type Value } from './value.ts';

interface World {
  facts?: Evidence['facts'];
  history?: Evidence['history'];
  lists?: ValueLists;
}

function run(conditions: unknown, { facts = {}, history = new Map(), lists = new Map() }: World = {}) {
  const checked = checkCondition(conditions);
  if (!checked.ok) throw new Error(JSON.stringify(checked.problems));
  const linker = createLinker(lists);
  const { test: truth, read } = compileCondition(checked.condition, linker);
  const inputs = () => compileInputs(linker.needs)({ facts, history }, ruleBudgets.ruleSteps.max);
  return { truth: () => truth(inputs(), null), value: () => read(inputs(), null) };
}

const truthOf = (conditions: unknown, world?: World): Truth => run(conditions, world).truth();
const valueOf = (conditions: unknown, world?: World): Value => run(conditions, world).value();
const v = (path: string) => ({ var: path });

describe('every row of the table of management-and-rules 4.5 is true', () => {
  const countries: ValueLists = new Map([
    ['countries', ['NZ', 'AU']],
    ['numbers-as-text', ['1', '2']],
    ['empty', []],
  ]);
  test.each<[row: string, conditions: unknown, facts: Evidence['facts'], expected: boolean]>([
    ['null < 100', { '<': [v('a'), 100] }, { a: null }, false],
    ['missing < 100', { '<': [v('a'), 100] }, {}, false],
    ['null <= 0', { '<=': [v('a'), 0] }, { a: null }, false],
    ['0 >= null', { '>=': [0, v('a')] }, { a: null }, false],
    ['null > 100', { '>': [v('a'), 100] }, { a: null }, false],
    ['between with a missing middle', { '<=': [0, v('a'), 10] }, {}, false],
    ['between inside', { '<=': [0, v('a'), 10] }, { a: 10 }, true],
    ['between is exclusive with <', { '<': [0, v('a'), 10] }, { a: 10 }, false],
    ['descending between', { '>': [10, v('a'), 0] }, { a: 5 }, true],
    ['descending between, outside', { '>': [10, v('a'), 0] }, { a: -5 }, false],
    ['null == true', { '==': [v('a'), true] }, { a: null }, false],
    ['null == false', { '==': [v('a'), false] }, { a: null }, false],
    ['null != true', { '!=': [v('a'), true] }, { a: null }, true],
    ['null == null, "is not set"', { '==': [v('a'), null] }, {}, true],
    ['"2001" > 2000', { '>': [v('a'), 2000] }, { a: '2001' }, true],
    ['1 == "1"', { '==': [v('a'), 1] }, { a: '1' }, true],
    ['1 === "1"', { '===': [v('a'), 1] }, { a: '1' }, false],
    ['true == "true"', { '==': [v('a'), true] }, { a: 'true' }, false],
    ['in a missing list', { in: [v('a'), v('lists.nothing')] }, { a: 'NZ' }, false],
    ['in a list', { in: [v('a'), v('lists.countries')] }, { a: 'NZ' }, true],
    ['in is case-sensitive', { in: [v('a'), v('lists.countries')] }, { a: 'nz' }, false],
    ['not in a missing list', { '!': { in: [v('a'), v('lists.nothing')] } }, { a: 'NZ' }, true],
    ['a missing value is not in a list', { '!': { in: [v('a'), v('lists.countries')] } }, {}, true],
    ['a number in a list of texts', { in: [v('a'), v('lists.numbers-as-text')] }, { a: 1 }, false],
    ['a number in a written list of texts', { in: [v('a'), ['1']] }, { a: 1 }, false],
    ['in an empty list', { in: [v('a'), v('lists.empty')] }, { a: 1 }, false],
    ['in a text', { in: ['ada', v('a')] }, { a: 'Canada' }, true],
    ['in a number', { in: ['1', v('a')] }, { a: 1 }, false],
    ['no conditions', undefined, {}, true],
    ['null conditions', null, {}, true],
    ['{}', {}, {}, true],
    ['{"and": []}', { and: [] }, {}, false],
    ['{"or": []}', { or: [] }, {}, false],
    ['an empty array is false', v('a'), { a: [] }, false],
    ['the text "0" is true', v('a'), { a: '0' }, true],
    ['a path with a hyphen', { '==': [v('custom.risk-score'), 1] }, { custom: { 'risk-score': 1 } }, true],
    ['a path with a space', { '==': [v('custom.risk score'), 1] }, { custom: { 'risk score': 1 } }, true],
    ['a key with a dot is not reachable', { '==': [v('custom.a.b'), 1] }, { custom: { 'a.b': 1 } }, false],
    ['contains any of', { some: [v('a'), { in: [v(''), ['x', 'y']] }] }, { a: ['y'] }, true],
    ['contains none of, missing', { none: [v('a'), { in: [v(''), ['x', 'y']] }] }, {}, true],
    ['all of nothing', { all: [v('a'), true] }, { a: [] }, false],
  ])('%s', (_, conditions, facts, expected) => {
    expect(truthOf(conditions, { facts, lists: countries })).toBe(expected);
  });
});

describe('velocity and network operators, management-and-rules 4.8', () => {
  const ask = { actionCount: ['user', 'signIn', 60, 'CHALLENGE_FAILED'] };
  const key = '["actionCount","user","signIn",60,"CHALLENGE_FAILED"]';

  test('a count is compared as a number', () => {
    expect(truthOf({ '>=': [ask, 5] }, { history: new Map([[key, 5]]) })).toBe(true);
    expect(truthOf({ '>=': [ask, 5] }, { history: new Map([[key, 4]]) })).toBe(false);
  });

  test('I5: a missing answer is unknown, not zero', () => {
    expect(truthOf({ '>=': [ask, 5] })).toBe(UNKNOWN);
    expect(truthOf({ '<': [ask, 5] })).toBe(UNKNOWN);
  });

  test('minutesSince an event that never happened is neither short nor long', () => {
    const history = new Map([['["minutesSince","enrolled"]', null]]);
    expect(truthOf({ '<': [{ minutesSince: 'enrolled' }, 5] }, { history })).toBe(false);
    expect(truthOf({ '>': [{ minutesSince: ['enrolled'] }, 5] }, { history })).toBe(false);
  });

  test('inCidr with a missing address is false, with an unknown one unknown', () => {
    const conditions = { inCidr: [v('ip.ipAddress'), ['10.0.0.0/8', '2001:db8::/32']] };
    expect(truthOf(conditions, { facts: { ip: { ipAddress: '10.255.0.1' } } })).toBe(true);
    expect(truthOf(conditions, { facts: { ip: { ipAddress: '2001:db8::1' } } })).toBe(true);
    expect(truthOf(conditions, { facts: { ip: { ipAddress: '11.0.0.1' } } })).toBe(false);
    expect(truthOf(conditions, { facts: { ip: { ipAddress: null } } })).toBe(false);
    expect(truthOf(conditions, { facts: { ip: UNKNOWN } })).toBe(UNKNOWN);
  });

  test('ruling 37: inCidr of an invalid address is unknown', () => {
    const conditions = { inCidr: [v('custom.from'), ['175.45.176.0/22']] };
    for (const from of ['175.45.176.1, 10.0.0.1', '175.45.176.1:80', 'home', ' ', 5, true, ['175.45.176.1'], {}]) {
      expect(truthOf(conditions, { facts: { custom: { from } } }), JSON.stringify(from)).toBe(UNKNOWN);
    }
    for (const from of ['', null]) expect(truthOf(conditions, { facts: { custom: { from } } })).toBe(false);
    expect(truthOf(conditions, { facts: { custom: { from: '175.45.176.1' } } })).toBe(true);
  });

  test('inCidr takes its ranges from a value list or a fact too, and skips invalid ones', () => {
    const lists: ValueLists = new Map([['ip-whitelist', ['not a range', 7, '10.0.0.0/8', '192.0.2.1']]]);
    const facts: Evidence['facts'] = {
      ip: { ipAddress: '192.0.2.1' },
      custom: { ranges: ['192.0.2.0/24'], broken: [UNKNOWN] },
    };
    expect(truthOf({ inCidr: [v('ip.ipAddress'), v('lists.ip-whitelist')] }, { facts, lists })).toBe(true);
    expect(truthOf({ inCidr: [v('ip.ipAddress'), v('custom.ranges')] }, { facts })).toBe(true);
    expect(truthOf({ inCidr: [v('ip.ipAddress'), v('custom.nothing')] }, { facts })).toBe(false);
    expect(truthOf({ inCidr: [v('ip.ipAddress'), v('custom.broken')] }, { facts })).toBe(UNKNOWN);
    expect(truthOf({ inCidr: [v('ip.ipAddress'), v('lists.gone')] }, { facts, lists })).toBe(false);
  });
});

describe('ruling 38: null stays null through operators', () => {
  const operands: readonly [operator: string, args: (x: unknown) => unknown[]][] = [
    ['+', (x) => [x, 1]],
    ['+', (x) => [x]],
    ['-', (x) => [x, 1]],
    ['-', (x) => [1, x]],
    ['-', (x) => [x]],
    ['*', (x) => [x, 1]],
    ['*', (x) => [x]],
    ['/', (x) => [x, 100]],
    ['/', (x) => [100, x]],
    ['%', (x) => [x, 7]],
    ['min', (x) => [x, 5]],
    ['max', (x) => [x, 5]],
    ['max', (x) => [x]],
    ['cat', (x) => ['a', x]],
    ['cat', (x) => ['a', [x, 'b']]],
    ['substr', (x) => [x, 0]],
    ['substr', (x) => ['abc', x]],
    ['substr', (x) => ['abc', 0, x]],
    ['reduce', (x) => [x, 1, 0]],
    ['reduce', (x) => [[1], 1, x]],
    ['reduce', (x) => [{ map: [x, 1] }, 1, 0]],
    ['reduce', (x) => [{ filter: [x, true] }, 1, 0]],
    ['reduce', (x) => [[1, x], { '+': [v('current'), v('accumulator')] }, 0]],
    ['map', (x) => [x, 1]],
    ['filter', (x) => [x, true]],
  ];
  test.each(operands)('%s of null is null (%#)', (operator, args) => {
    const conditions = { [operator]: args(v('custom.gone')) };
    expect(valueOf(conditions)).toBe(null);
    expect(valueOf(conditions, { facts: { custom: { gone: null } } })).toBe(null);
    for (const order of ['<', '<=', '>', '>='])
      for (const limit of [100, -100, 'z', '']) expect(truthOf({ [order]: [conditions, limit] })).toBe(false);
  });

  test('also beside an unknown operand, which alone would make it unknown', () => {
    const facts: Evidence['facts'] = { u: UNKNOWN };
    for (const operator of ['+', '-', '*', '/', '%', 'min', 'max', 'cat', 'substr']) {
      expect(valueOf({ [operator]: [v('u'), v('gone')] }, { facts }), operator).toBe(null);
      expect(valueOf({ [operator]: [v('gone'), v('u')] }, { facts }), operator).toBe(null);
      expect(valueOf({ [operator]: [v('u'), 1] }, { facts }), operator).toBe(UNKNOWN);
    }
    expect(valueOf({ reduce: [v('gone'), 1, v('u')] }, { facts })).toBe(null);
    expect(valueOf({ reduce: [v('u'), 1, v('gone')] }, { facts })).toBe(null);
    expect(valueOf({ reduce: [v('u'), 1, 0] }, { facts })).toBe(UNKNOWN);
    expect(truthOf({ in: [v('gone'), v('u')] }, { facts })).toBe(false);
    expect(truthOf({ inCidr: [v('gone'), v('u')] }, { facts })).toBe(false);
  });

  test.each([
    null,
    '',
    ' ',
    true,
    false,
    [[]],
    [[5]],
    { a: 5 },
    '99,999.00',
    '1e2',
    '0x10',
    '1 000',
    '12 apples',
    'Infinity',
    '.',
    '-',
    '1.2.3',
    '٣',
  ])('%j is not a number', (a) => {
    const facts = { a };
    for (const operator of ['+', '-', '*', '/', '%', 'min', 'max'])
      expect(valueOf({ [operator]: [v('a'), 1] }, { facts }), operator).toBe(null);
    for (const order of ['<', '<=', '>', '>=']) {
      expect(truthOf({ [order]: [v('a'), 100] }, { facts }), order).toBe(false);
      expect(truthOf({ [order]: [-100, v('a')] }, { facts }), order).toBe(false);
    }
    for (const number of [0, 1, 5, 16, 100]) expect(truthOf({ '==': [v('a'), number] }, { facts })).toBe(false);
  });

  test.each([
    ['12', 12],
    ['-1.5', -1.5],
    ['+3', 3],
    ['.5', 0.5],
    ['5.', 5],
    [' 007\n', 7],
  ])('%j is a number', (a, number) => {
    const facts = { a };
    expect(valueOf({ '+': [v('a'), 1] }, { facts })).toBe(number + 1);
    expect(truthOf({ '==': [v('a'), number] }, { facts })).toBe(true);
    expect(truthOf({ '<=': [v('a'), number] }, { facts })).toBe(true);
  });

  test.each<[left: Value, right: Value, isLess: boolean]>([
    ['10000', '9', false],
    ['9', '10000', true],
    ['-2', '-1', true],
    ['2024-01-31', '2024-02-01', true],
    ['10', '9a', true],
    ['', 'a', true],
    ['a', 'B', false],
    ['', 1, false],
    [false, true, false],
    [false, 1, false],
    [[], 'a', false],
  ])('%j < %j is %j', (left, right, isLess) => {
    expect(truthOf({ '<': [v('a'), v('b')] }, { facts: { a: left, b: right } })).toBe(isLess);
  });

  test('only null equals null, and a missing value is in no list', () => {
    for (const a of ['', 0, false, [], [null], {}])
      expect(truthOf({ '==': [v('a'), v('gone')] }, { facts: { a } })).toBe(false);
    expect(truthOf({ '==': [v('gone'), v('gone')] })).toBe(true);
    for (const container of [[null], [null, 'a'], [v('gone')], v('text'), v('lists.l')])
      expect(
        truthOf({ in: [v('gone'), container] }, { facts: { text: 'null' }, lists: new Map([['l', ['null', '']]]) }),
      ).toBe(false);
  });

  test('"!", "!=", "none" and "if" work as in management-and-rules 4.5', () => {
    expect(truthOf({ '!': { in: [v('gone'), ['a']] } })).toBe(true);
    expect(truthOf({ '!': { '<': [{ '+': [v('gone'), 1] }, 5] } })).toBe(true);
    expect(truthOf({ '!=': [v('gone'), 'a'] })).toBe(true);
    expect(truthOf({ none: [v('gone'), true] })).toBe(true);
    expect(truthOf({ if: [v('gone'), false, true] })).toBe(true);
  });

  test('a number with many digits is read only once', () => {
    const facts = { a: `${'1'.repeat(60_000)}x`, b: `${' '.repeat(60_000)}x` };
    expect(truthOf({ '<': [{ '+': [v('a'), v('b')] }, 1] }, { facts })).toBe(false);
  });
});

describe('I5: unknown follows strong Kleene logic', () => {
  const facts: Evidence['facts'] = { u: UNKNOWN, yes: true, no: false, n: 5, list: [1, UNKNOWN, 3] };
  test.each<[title: string, conditions: unknown, expected: Truth]>([
    ['unknown and false', { and: [v('u'), v('no')] }, false],
    ['unknown and true', { and: [v('u'), v('yes')] }, UNKNOWN],
    ['unknown or true', { or: [v('u'), v('yes')] }, true],
    ['unknown or false', { or: [v('u'), v('no')] }, UNKNOWN],
    ['not unknown', { '!': v('u') }, UNKNOWN],
    ['not not unknown', { '!!': v('u') }, UNKNOWN],
    ['a part of an unknown', { '==': [v('u.deep.down'), 1] }, UNKNOWN],
    ['unknown == null', { '==': [v('u'), null] }, UNKNOWN],
    ['unknown == unknown', { '==': [v('u'), v('u')] }, UNKNOWN],
    ['unknown < null is false whatever it is', { '<': [v('u'), null] }, false],
    ['unknown < 5', { '<': [v('u'), 5] }, UNKNOWN],
    ['between with a false half', { '<': [9, v('n'), v('u')] }, false],
    ['between with an unknown half', { '<': [1, v('n'), v('u')] }, UNKNOWN],
    ['unknown + 1', { '>': [{ '+': [v('u'), 1] }, 0] }, UNKNOWN],
    ['unknown in a list', { in: [v('u'), ['a']] }, UNKNOWN],
    ['unknown in an empty list', { in: [v('u'), []] }, false],
    ['in an unknown list', { in: ['a', v('u')] }, UNKNOWN],
    ['found beside an unknown item', { in: [3, v('list')] }, true],
    ['not found beside an unknown item', { in: [4, v('list')] }, UNKNOWN],
    ['some, found', { some: [v('list'), { '==': [v(''), 3] }] }, true],
    ['some, not found', { some: [v('list'), { '==': [v(''), 4] }] }, UNKNOWN],
    ['all, refuted', { all: [v('list'), { '<': [v(''), 2] }] }, false],
    ['all, not refuted', { all: [v('list'), { '<': [v(''), 9] }] }, UNKNOWN],
    ['none, refuted', { none: [v('list'), { '==': [v(''), 3] }] }, false],
    ['filter of an unknown item', { filter: [v('list'), { '>': [v(''), 2] }] }, UNKNOWN],
    ['if with equal answers', { if: [v('u'), true, true] }, true],
    ['if with other answers', { if: [v('u'), true, false] }, UNKNOWN],
    ['missing of an unknown', { missing: ['u', 'gone'] }, UNKNOWN],
    ['a text with an unknown part', { '==': [v('list'), '1,2,3'] }, UNKNOWN],
  ])('%s', (_, conditions, expected) => {
    expect(truthOf(conditions, { facts })).toBe(expected);
  });

  test('the value of "unknown and 0" is unknown, although its truth is known', () => {
    expect(truthOf({ and: [v('u'), 0] }, { facts })).toBe(false);
    expect(truthOf({ '==': [{ and: [v('u'), 0] }, 0] }, { facts })).toBe(UNKNOWN);
    expect(truthOf({ '==': [{ or: [v('u'), 1] }, 1] }, { facts })).toBe(UNKNOWN);
  });
});

describe('A71 A73: rules and data do not reach inherited members', () => {
  test.each(['constructor', '__proto__', 'custom.__proto__.polluted', 'custom.constructor.prototype', 'toString'])(
    'the path %s is missing',
    (path) => {
      expect(valueOf(v(path), { facts: { custom: {} } })).toBe(null);
      expect(truthOf({ missing: [path] }, { facts: { custom: {} } })).toBe(true);
    },
  );

  test('own members of any name are plain data', () => {
    const facts = JSON.parse('{"custom": {"__proto__": {"polluted": 1}, "constructor": "Acme Builders"}}') as {
      custom: { constructor: string };
    };
    expect(truthOf({ '==': [v('custom.constructor'), 'Acme Builders'] }, { facts })).toBe(true);
    expect(valueOf(v('custom.polluted'), { facts })).toBe(null);
    expect(({} as { polluted?: unknown }).polluted).toBe(undefined);
  });

  test('a list may not be named like an inherited member', () => {
    expect(truthOf({ in: ['x', v('lists.constructor')] })).toBe(false);
    expect(valueOf(v('lists.__proto__'))).toBe(null);
  });

  test('an object with its own toString or without a prototype compares like any other object', () => {
    const hostile = JSON.parse('{"toString": 1, "valueOf": 2}') as { toString: never };
    const bare = Object.assign(Object.create(null) as object, { a: 1 }) as { a: number };
    for (const value of [hostile, bare, { a: 1 }]) {
      expect(truthOf({ '==': [v('x'), 1] }, { facts: { x: value } })).toBe(false);
      expect(truthOf({ '<': [v('x'), 1] }, { facts: { x: value } })).toBe(false);
      expect(valueOf({ cat: ['a', v('x')] }, { facts: { x: value } })).toBe('a[object Object]');
    }
  });
});

describe('F29: numbers at the limits compare as JavaScript doubles', () => {
  const past = 2 ** 53;
  test.each<[title: string, conditions: unknown, facts: Evidence['facts'], expected: boolean]>([
    ['2^53-1 < 2^53', { '<': [v('a'), past] }, { a: past - 1 }, true],
    [
      '2^53+1 is 2^53 once it has been JSON',
      { '==': [v('a'), past] },
      { a: JSON.parse('9007199254740993') as number },
      true,
    ],
    ['2^53+1 as text is compared as a double with a number', { '>': [v('a'), past] }, { a: '9007199254740993' }, false],
    [
      'two decimal texts compare as numbers, digit by digit',
      { '>': [v('a'), '9007199254740992'] },
      { a: '9007199254740993' },
      true,
    ],
    [
      'also behind the point, and below nought',
      { '<': [v('a'), '-0.30000000000000000001'] },
      { a: '-00.3000000000000000000200' },
      true,
    ],
    ['-0 and 0 as texts are one number', { '<': [v('a'), '0.0'] }, { a: '-0' }, false],
    ['1.0 and +1 as texts are one number', { '>=': [v('a'), ' +1 '] }, { a: '1.0' }, true],
    ['-0 == 0', { '==': [v('a'), 0] }, { a: -0 }, true],
    ['-0 < 0', { '<': [v('a'), 0] }, { a: -0 }, false],
    ['-0 in [0]', { in: [v('a'), [0]] }, { a: -0 }, true],
    ['1e400 is above every limit', { '>': [v('a'), 2000] }, { a: JSON.parse('1e400') as number }, true],
    ['the text 1e400 is no number', { '>': [v('a'), 2000] }, { a: '1e400' }, false],
    ['the text NaN is not above', { '>': [v('a'), 0] }, { a: 'NaN' }, false],
    ['the text NaN is not below', { '<': [v('a'), 0] }, { a: 'NaN' }, false],
    ['NaN is in no list', { in: [{ '+': [v('a')] }, ['NaN', 0]] }, { a: 'NaN' }, false],
    ['0/0 is no number', { '==': [{ '/': [0, v('a')] }, null] }, { a: 0 }, true],
    ['1/0 is infinite', { '>': [{ '/': [1, v('a')] }, 1e308] }, { a: 0 }, true],
    ['1%0 is no number', { '==': [{ '%': [1, v('a')] }, null] }, { a: 0 }, true],
  ])('%s', (_, conditions, facts, expected) => {
    expect(truthOf(conditions, { facts })).toBe(expected);
  });
});

test('F21: a list of 100,000 items is searched as a set', () => {
  const lists: ValueLists = new Map([['big', Array.from({ length: 100_000 }, (_, index) => `item-${index}`)]]);
  const checked = checkCondition({ in: [v('a'), v('lists.big')] });
  if (!checked.ok) throw new Error('refused');
  const linker = createLinker(lists);
  const { test: truth } = compileCondition(checked.condition, linker);
  const inputs = compileInputs(linker.needs)({ facts: { a: 'item-99999' }, history: new Map() }, 0);
  const startedAt = performance.now();
  let found = 0;
  for (let round = 0; round < 100_000; round += 1) if (truth(inputs, null) === true) found += 1;
  expect(found).toBe(100_000);
  // 100,000 scans would visit 10^10 items.
  expect(performance.now() - startedAt).toBeLessThan(3_000);
});
