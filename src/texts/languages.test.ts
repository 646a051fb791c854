import { describe, expect, test } from 'vitest';
import { uiLocales } from '../contract/management/values.ts';
import { mailTexts, pageTexts } from './languages.ts';
import { messagePoints, messageScreens } from './message-catalogue.ts';
import { choosePageLocale, pageLocales } from './page-locale.ts';
import type { PageLocale } from './page-locale.ts';

/** Every sentence of a language, after its id; one with a count is included in each plural. */
function sentences(locale: PageLocale): readonly (readonly [string, string])[] {
  const mails: readonly [string, string | Readonly<Record<string, string>>][] = Object.entries(mailTexts[locale]);
  return [
    ...Object.entries(pageTexts[locale]),
    ...mails.flatMap(([id, text]) =>
      (typeof text === 'string' ? [text] : Object.values(text)).map((form) => [`mail ${id}`, form] as const),
    ),
  ];
}

const english = new Map(sentences('en'));
const marksOf = (text: string) => (text.match(/\{\w+\}|<\/?\w+>/g) ?? []).sort();

describe('the languages of pages and mails', () => {
  test('are the nine whose texts can be overridden', () => {
    expect([...pageLocales]).toEqual([...uiLocales]);
    expect(Object.keys(pageTexts)).toEqual([...uiLocales]);
    expect(Object.keys(mailTexts)).toEqual([...uiLocales]);
  });

  test.each(pageLocales)('%s has every sentence, with the values and tags of the English one', (locale) => {
    const texts = sentences(locale);
    expect([...new Set(texts.map(([id]) => id))].sort()).toEqual([...english.keys()].sort());
    for (const [id, text] of texts) {
      expect(text.trim(), id).not.toBe('');
      const own = marksOf(english.get(id) ?? '');
      // A language may omit the name where it says "them", but never adds a value.
      const known = new Set([...own, '{tenantName}']);
      expect(
        marksOf(text).filter((mark) => !known.has(mark)),
        id,
      ).toEqual([]);
      expect(
        marksOf(text).filter((mark) => mark !== '{tenantName}'),
        id,
      ).toEqual(own.filter((mark) => mark !== '{tenantName}'));
    }
  });

  test.each(pageLocales.filter((locale) => locale !== 'en'))('%s is translated, not copied', (locale) => {
    const copied = sentences(locale).filter(([id, text]) => text === english.get(id) && /\s/.test(text));
    expect(copied).toEqual([]);
  });

  test.each(pageLocales)(
    '%s has the code first in the subject of its mail, where a notification shows it',
    (locale) => {
      expect(mailTexts[locale]['code.subject']).toMatch(/^\{code\} /);
    },
  );
});

describe('the language of a page', () => {
  test.each([
    [['fr-CA'], 'fr-ca'],
    [['fr-BE'], 'fr'],
    [['pt-PT'], 'pt-br'],
    [['de_AT'], 'de'],
    [['xx', 'nl'], 'nl'],
    [[undefined, null, 'pl-PL,pl;q=0.9,en;q=0.8'], 'pl'],
    [['zh-CN,it;q=0.3,es;q=0.7'], 'es'],
    [['it;q=0,es;q=0.1'], 'es'],
    [['*', 'english', ''], 'en'],
    [[`${'x'.repeat(2000)},de`], 'en'],
  ])('for %j is %s', (wishes, locale) => {
    expect(choosePageLocale(wishes)).toBe(locale);
  });
});

describe('the message catalogue', () => {
  test('has a screen for each point, a point for each screen, and a text in each language that fits', () => {
    const screens = new Set(messagePoints.map(({ screen }) => screen));
    expect([...screens].sort()).toEqual(messageScreens.map(({ id }) => id).sort());
    for (const { publicId, maxLength, defaultCopy } of messagePoints) {
      expect(Object.keys(defaultCopy)).toEqual([...uiLocales]);
      for (const text of Object.values(defaultCopy)) expect(text.length, publicId).toBeLessThanOrEqual(maxLength);
    }
  });
});
