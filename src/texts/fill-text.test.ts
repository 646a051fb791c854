import { expect, test } from 'vitest';
import { fillText } from './fill-text.ts';

test('marks are filled from the first values that have them, and removed if none has', () => {
  expect(fillText('{a}, {b}, {c}.', { a: '1' }, { a: '2', b: '3' })).toBe('1, 3, .');
});

test('a value is inserted as it is: marks in it are not filled, and no character in it has a special meaning', () => {
  expect(fillText('At {tenantName}.', { tenantName: "$& {other} $' $1" }, { other: 'x' })).toBe("At $& {other} $' $1.");
});

test('a mark with the name of an inherited member of objects has no value', () => {
  expect(fillText('[{constructor}{toString}]', {})).toBe('[]');
});
