import { dePages } from './de/pages.ts';
import { enPages } from './en/pages.ts';
import { esPages } from './es/pages.ts';
import { frPages } from './fr/pages.ts';
import { frCaPages } from './fr-ca/pages.ts';
import { itPages } from './it/pages.ts';
import { nlPages } from './nl/pages.ts';
import { plPages } from './pl/pages.ts';
import { ptBrPages } from './pt-br/pages.ts';
import type { PageLocale } from './page-locale.ts';
import type { PageTexts } from './page-texts.ts';

/** The sentences of the pages by language. */
export const pageTexts: Readonly<Record<PageLocale, PageTexts>> = {
  en: enPages,
  fr: frPages,
  'fr-ca': frCaPages,
  de: dePages,
  es: esPages,
  it: itPages,
  nl: nlPages,
  pl: plPages,
  'pt-br': ptBrPages,
};
