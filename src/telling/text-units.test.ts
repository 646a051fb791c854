import { expect, test } from 'vitest';
import { messagesIn, plainCharacters } from './text-units.ts';

test.each([
  ['a'.repeat(160), 1],
  ['a'.repeat(161), 2],
  ['a'.repeat(306), 2],
  ['a'.repeat(307), 3],
  [`${'a'.repeat(158)}€`, 1],
  [`${'a'.repeat(159)}€`, 2],
  [`${'a'.repeat(69)}ł`, 1],
  [`${'a'.repeat(70)}ł`, 2],
  [`${'a'.repeat(133)}ł`, 2],
  [`${'a'.repeat(134)}ł`, 3],
  [`${'a'.repeat(68)}😀`, 1],
  [`${'a'.repeat(69)}😀`, 2],
])('%#: phones get as many messages as their standard says', (text, messages) => {
  expect(messagesIn(text)).toBe(messages);
});

test('words keep their letters, without the accents and marks that a text message lacks', () => {
  expect(plainCharacters('Zażółć gęślą — “jaźń”… 5 € à è ç é\u0301')).toBe('Zazolc gesla - "jazn"... 5 € à è c é');
  expect(plainCharacters('e\u0301')).toBe('é');
  expect(plainCharacters('送金 😀')).toBe('送金 😀');
});
