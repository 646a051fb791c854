/** Risk: a mail reads wrong in a language, or a tenant's name breaks its layout. */
import { describe, expect, test } from 'vitest';
import { mailTexts } from './languages.ts';
import { isolate, mailWords } from './mail-words.ts';
import { pageLocales } from './page-locale.ts';

describe('the text of a mail', () => {
  test.each([
    ['en', 1, '1 recovery code is left.'],
    ['en', 2, '2 recovery codes are left.'],
    ['de', 1, 'Es ist noch 1 Wiederherstellungscode übrig.'],
    ['pl', 1, 'Pozostał 1 kod odzyskiwania.'],
    ['pl', 2, 'Pozostały 2 kody odzyskiwania.'],
    ['pl', 5, 'Pozostało 5 kodów odzyskiwania.'],
    ['pl', 12, 'Pozostało 12 kodów odzyskiwania.'],
    ['pl', 22, 'Pozostały 22 kody odzyskiwania.'],
  ] as const)('in %s uses the right plural for %i codes', (locale, count, text) => {
    expect(mailWords(locale, 'Acme').sayCount('recovery-code-used.codesLeft', count)).toBe(text);
  });

  test.each(pageLocales)('in %s has a plural for every number', (locale) => {
    const rules = new Intl.PluralRules(locale);
    const counted = Object.entries(mailTexts[locale]).filter(([, text]) => typeof text !== 'string');
    expect(counted).not.toEqual([]);
    for (const [id, forms] of counted) {
      for (let count = 0; count <= 200; count += 1) expect(Object.keys(forms), id).toContain(rules.select(count));
    }
  });

  test('shows a time in the format of the language, in the given time zone', () => {
    const timeMs = Date.UTC(2026, 2, 4, 23, 5);
    const said = (locale: (typeof pageLocales)[number]) => mailWords(locale, '').sayTime(timeMs, 'Europe/Warsaw');
    expect(said('en')).toBe('5 March 2026 at 00:05 (Europe/Warsaw)');
    expect(said('pl')).toMatch(/^5 marca 2026.* 00:05 \(Europe\/Warsaw\)$/);
    expect(said('de')).toMatch(/^5\. März 2026.* 00:05 /);
    expect(said('fr-ca')).toMatch(/^5 mars 2026.* 00 h 05 /);
  });

  test('names a method as the pages do, even one without a name', () => {
    expect(mailWords('fr-ca', '').nameWay('EMAIL_OTP')).toBe('Code par courriel');
    expect(mailWords('pl', '').nameWay('PASSKEY')).toBe('Klucz dostępu');
    expect(mailWords('de', '').nameWay('LATER')).toBe('Anderer Weg');
  });

  test('A27: contains a name unchanged, whatever marks are in it', () => {
    for (const name of ['$& {code} {tenantName}', '<b>', 'A & B']) {
      expect(mailWords('en', name).say('code.subject', { code: '123456' })).toBe(`123456 is your code for ${name}`);
    }
  });
});

describe('a name in a sentence', () => {
  test.each([
    ['Acme', 'Acme'],
    ['Żółw & Söhne', 'Żółw & Söhne'],
    ['متجر', '\u2068متجر\u2069'],
    ['Shop \u05D0', '\u2068Shop \u05D0\u2069'],
    ['\u202Eevil\u2069', 'evil'],
    ['two\r\nlines\u2028here', 'two lines here'],
    ['half\uD800', 'half\uFFFD'],
  ])('%j changes nothing around it', (name, isolated) => {
    expect(isolate(name)).toBe(isolated);
  });
});
