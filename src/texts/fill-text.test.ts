import { expect, test } from 'vitest';
import { fillText } from './fill-text.ts';

test('marks are filled in from the first values that have them, and left out where none has', () => {
  expect(fillText('{a}, {b}, {c}.', { a: '1' }, { a: '2', b: '3' })).toBe('1, 3, .');
});

test('a value is put in as it is: no mark in it is filled, and nothing in it stands for something else', () => {
  expect(fillText('At {tenantName}.', { tenantName: "$& {other} $' $1" }, { other: 'x' })).toBe("At $& {other} $' $1.");
});

test('a mark that is named like a member of every object has no value', () => {
  expect(fillText('[{constructor}{toString}]', {})).toBe('[]');
});
