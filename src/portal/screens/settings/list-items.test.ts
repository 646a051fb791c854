import { expect, test } from 'vitest';
import { differenceOf, readItems } from './list-items.ts';

test('each line is an item, once, without the space around it; a file may begin with a byte order mark', () => {
  expect(readItems('\uFEFF KP \r\nIR\n\n\rKP\n', 'string')).toEqual({ items: ['KP', 'IR'], refused: [] });
});

test('a list of numbers takes numbers alone, and says what it did not take', () => {
  expect(readItems('1\n-2.5\n1e3\n0x10\nten\n1e999\n1 2\n١', 'number')).toEqual({
    items: [1, -2.5, 1000],
    refused: ['0x10', 'ten', '1e999', '1 2', '١'],
  });
});

test('of a table the first column counts, quoted or not', () => {
  expect(readItems('"a, ""b""",2\nplain;3\ntab\t4', 'string', true).items).toEqual(['a, "b"', 'plain', 'tab']);
  // What is pasted is no table.
  expect(readItems('Smith, Jane', 'string').items).toEqual(['Smith, Jane']);
});

test('an item that is too long is refused', () => {
  expect(readItems('x'.repeat(1_001), 'string')).toEqual({ items: [], refused: ['x'.repeat(1_001)] });
});

test('the difference has what comes and what goes; a number is not its text', () => {
  expect(differenceOf(['a', 'b', 'b'], ['b', 'c'])).toEqual({ added: ['c'], removed: ['a'] });
  expect(differenceOf([1], ['1'])).toEqual({ added: ['1'], removed: [1] });
});
