import { enPages } from './en/pages.ts';
import type { PageLocale } from './page-locale.ts';
import type { PageTexts } from './page-texts.ts';

/** The sentences of the pages by language. */
export const pageTexts: Readonly<Record<PageLocale, PageTexts>> = { en: enPages };
