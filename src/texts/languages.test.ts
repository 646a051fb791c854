import { describe, expect, test } from 'vitest';
import { uiLocales } from '../contract/management/values.ts';
import { pageTexts } from './languages.ts';
import { messagePoints, messageScreens } from './message-catalogue.ts';
import { choosePageLocale, pageLocales } from './page-locale.ts';
import type { PageTextId } from './page-texts.ts';

const { en } = pageTexts;
const ids = Object.keys(en) as PageTextId[];
const marksOf = (text: string) => (text.match(/\{\w+\}|<\/?\w+>/g) ?? []).sort();

describe('the languages of the pages', () => {
  test('are the nine that texts can be overridden in', () => {
    expect([...pageLocales]).toEqual([...uiLocales]);
    expect(Object.keys(pageTexts)).toEqual([...uiLocales]);
  });

  test.each(pageLocales)('%s has every sentence, with the values and tags of the English one', (locale) => {
    const texts = pageTexts[locale];
    expect(Object.keys(texts).sort()).toEqual([...ids].sort());
    for (const id of ids) {
      expect(texts[id].trim(), id).not.toBe('');
      // A language may leave the name out where it says "them", but never invents a value.
      const known = new Set([...marksOf(en[id]), '{tenantName}']);
      expect(
        marksOf(texts[id]).filter((mark) => !known.has(mark)),
        id,
      ).toEqual([]);
      expect(
        marksOf(texts[id]).filter((mark) => mark !== '{tenantName}'),
        id,
      ).toEqual(marksOf(en[id]).filter((mark) => mark !== '{tenantName}'));
    }
  });

  test.each(pageLocales.filter((locale) => locale !== 'en'))('%s is translated, not copied', (locale) => {
    const copied = ids.filter((id) => pageTexts[locale][id] === en[id] && /\s/.test(en[id]));
    expect(copied).toEqual([]);
  });
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
  test('has a screen for each point, a point for each screen, and a copy in each language that fits', () => {
    const screens = new Set(messagePoints.map(({ screen }) => screen));
    expect([...screens].sort()).toEqual(messageScreens.map(({ id }) => id).sort());
    for (const { publicId, maxLength, defaultCopy } of messagePoints) {
      expect(Object.keys(defaultCopy)).toEqual([...uiLocales]);
      for (const text of Object.values(defaultCopy)) expect(text.length, publicId).toBeLessThanOrEqual(maxLength);
    }
  });
});
