import type { enPages } from './en/pages.ts';

export type PageTextId = keyof typeof enPages;

/** The sentences of the pages in one language; a missing one does not compile. */
export type PageTexts = Readonly<Record<PageTextId, string>>;
