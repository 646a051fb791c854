import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readCode, withPlainDigits } from './read-code.ts';

test.each([
  ['042707', 'as it is'],
  [' 042707\n', 'with white space around it'],
  ['042 707', 'in groups'],
  ['042\u00a0707', 'with a space that does not break'],
  ['042\u2009707\u3000', 'with a thin and an ideographic space'],
  ['042-707', 'with a hyphen'],
  ['042\u2013707', 'with an en dash'],
  ['042\u2212707', 'with a minus sign'],
  ['042\u30fc707', 'with the long mark of a Japanese keyboard'],
  ['042\u00ad707', 'with a soft hyphen'],
  ['\u200b042707\ufeff', 'with a zero-width space and a byte order mark'],
  ['\u202a042707\u202c', 'with marks of direction'],
  ['042\u2060\u200d707', 'with joiners'],
  ['０４２７０７', 'in full-width digits'],
  ['٠٤٢٧٠٧', 'in Arabic-Indic digits'],
  ['०४२७०७', 'in Devanagari digits'],
  ['𝟎𝟒𝟐𝟕𝟎𝟕', 'in bold digits'],
  ['𝟶𝟺𝟸𝟽𝟶𝟽', 'in digits that touch other digits of their block'],
  ['04２ ٧-0\u200b7', 'in all of that'],
])('ruling 45: %j is the code 042707, %s', (given) => {
  expect(readCode(given, 6)).toBe('042707');
});

test.each([
  '',
  '42707',
  '0427070',
  '04270',
  'O42707',
  '+042707',
  '0x42707',
  '042.707',
  '042707.',
  'four27',
  '½42707',
  '①42707',
])('ruling 45: %j is not a code of six digits', (given) => {
  expect(readCode(given, 6)).toBeUndefined();
});

test('ruling 45: the stored length decides; if none was stored, six to ten digits are accepted', () => {
  expect(readCode('12345678', 8)).toBe('12345678');
  expect(readCode('123456', 8)).toBeUndefined();
  for (const code of ['123456', '1234567890']) expect(readCode(code, null)).toBe(code);
  for (const code of ['12345', '12345678901']) expect(readCode(code, null)).toBeUndefined();
});

test('ruling 45: every decimal digit of Unicode has the value that Unicode gives it, and nothing else changes', () => {
  for (let codePoint = 0; codePoint <= 0x10ffff; codePoint += 1) {
    if (codePoint >= 0xd800 && codePoint <= 0xdfff) continue;
    const character = String.fromCodePoint(codePoint);
    if (!/\p{Nd}/u.test(character)) continue;
    const plain = withPlainDigits(character);
    expect(plain).toMatch(/^[0-9]$/);
    // NFKC gives the value of digits that are variants of an ASCII digit.
    const folded = character.normalize('NFKC');
    if (/^[0-9]$/.test(folded)) expect(plain, codePoint.toString(16)).toBe(folded);
    // The previous digit of the script is one less.
    const before = String.fromCodePoint(codePoint - 1);
    if (plain !== '0') expect(withPlainDigits(before), codePoint.toString(16)).toBe(String(Number(plain) - 1));
  }
  fc.assert(
    fc.property(
      fc.string({ unit: 'grapheme' }),
      (text) => withPlainDigits(withPlainDigits(text)) === withPlainDigits(text),
    ),
  );
});
