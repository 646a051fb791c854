import { describe, expect, test } from 'vitest';
import { UNKNOWN } from '../rules/value.ts';
import type { Value } from '../rules/value.ts';
import { dataPointTypes, readDataPoints } from './data-points.ts';
import type { DataPointType } from './data-points.ts';

function read(type: DataPointType, value: Value): Value | undefined {
  return readDataPoints({ x: value, other: value }, new Map([['x', type]])).values['x'];
}

describe('ruling 37: a custom value', () => {
  test.each<[DataPointType, Value]>([
    ['number', 5000],
    ['number', -0.5],
    ['number', '5000'],
    ['number', ' -12.50 '],
    ['number', '+.5'],
    ['number', '5.'],
    ['text', 'x'],
    ['text', ''],
    ['text', '5,000.00'],
    ['boolean', false],
    ['boolean', true],
    ['multiselect', []],
    ['multiselect', ['a', '']],
    ['number', null],
    ['text', null],
    ['boolean', null],
    ['multiselect', null],
  ])('of type %s may be %j', (type, value) => expect(read(type, value)).toEqual(value));

  test.each<[DataPointType, Value]>([
    ...[
      '5,000.00',
      '',
      ' ',
      '1e3',
      '1e999',
      'NaN',
      'Infinity',
      '0x10',
      '1.2.3',
      '--1',
      '1 2',
      '٣',
      '.',
      '9'.repeat(400),
    ].map((text): [DataPointType, Value] => ['number', text]),
    ['number', true],
    ['number', [5]],
    ['number', { amount: 5 }],
    ['text', 5],
    ['text', true],
    ['text', ['x']],
    ['text', {}],
    ['boolean', 'true'],
    ['boolean', 1],
    ['boolean', 0],
    ['boolean', ''],
    ['multiselect', 'a'],
    ['multiselect', [1]],
    ['multiselect', [['a']]],
    ['multiselect', [null]],
    ['multiselect', { 0: 'a' }],
  ])('of type %s that is %j is unknown', (type, value) => expect(read(type, value)).toBe(UNKNOWN));

  test('without a declaration is kept as it is, even beside one that does not match its type', () => {
    const { values, unreadable } = readDataPoints({ x: 'a', y: '5,000' }, new Map([['y', 'number']]));
    expect(values).toEqual({ x: 'a', y: UNKNOWN });
    expect(unreadable).toEqual(['y']);
    expect(readDataPoints({ x: 'a' }, new Map([['y', 'number']]))).toEqual({ values: { x: 'a' }, unreadable: [] });
  });

  test('A71: named __proto__ is treated like any other', () => {
    const custom = JSON.parse('{"__proto__": {"polluted": true}, "x": "a"}') as Record<string, Value>;
    const { values } = readDataPoints(
      custom,
      new Map([
        ['__proto__', 'text'],
        ['x', 'number'],
      ]),
    );
    expect(Object.entries(values)).toEqual([
      ['__proto__', UNKNOWN],
      ['x', UNKNOWN],
    ]);
    expect(Object.getPrototypeOf(values)).toBe(Object.prototype);
    expect(readDataPoints({}, new Map([['constructor', 'text']])).unreadable).toEqual([]);
  });

  test("follows the declaration of the model that it comes from, or the other model's if that has none", () => {
    const types = dataPointTypes([
      { name: 'both', dataType: 'number', modelType: 'action' },
      { name: 'both', dataType: 'text', modelType: 'user' },
      { name: 'amount', dataType: 'number', modelType: 'action' },
      { name: 'tier', dataType: 'text', modelType: 'user' },
    ]);
    expect(Object.fromEntries(types.sent)).toEqual({ both: 'number', amount: 'number', tier: 'text' });
    expect(Object.fromEntries(types.inherited)).toEqual({ both: 'text', amount: 'number', tier: 'text' });
    expect(Object.fromEntries(types.stored)).toEqual({ both: 'text', tier: 'text' });
  });
});
