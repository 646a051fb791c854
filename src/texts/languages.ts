import { deMails } from './de/mails.ts';
import { dePages } from './de/pages.ts';
import { enMails } from './en/mails.ts';
import { enPages } from './en/pages.ts';
import { esMails } from './es/mails.ts';
import { esPages } from './es/pages.ts';
import { frMails } from './fr/mails.ts';
import { frPages } from './fr/pages.ts';
import { frCaMails } from './fr-ca/mails.ts';
import { frCaPages } from './fr-ca/pages.ts';
import { itMails } from './it/mails.ts';
import { itPages } from './it/pages.ts';
import { nlMails } from './nl/mails.ts';
import { nlPages } from './nl/pages.ts';
import { plMails } from './pl/mails.ts';
import { plPages } from './pl/pages.ts';
import { ptBrMails } from './pt-br/mails.ts';
import { ptBrPages } from './pt-br/pages.ts';
import type { MailTexts } from './mail-texts.ts';
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

/** The sentences of the mails by language. */
export const mailTexts: { readonly [Locale in PageLocale]: MailTexts<Locale> } = {
  en: enMails,
  fr: frMails,
  'fr-ca': frCaMails,
  de: deMails,
  es: esMails,
  it: itMails,
  nl: nlMails,
  pl: plMails,
  'pt-br': ptBrMails,
};
