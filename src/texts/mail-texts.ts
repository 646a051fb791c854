import type { enMails } from './en/mails.ts';
import type { PageLocale } from './page-locale.ts';

export type MailTextId = keyof typeof enMails;

/** The texts that contain a count. */
export type CountedTextId = {
  [Id in MailTextId]: (typeof enMails)[Id] extends string ? never : Id;
}[MailTextId];

/** The plurals that a language has for whole numbers below a million (CLDR). */
type PluralForm<Locale extends PageLocale> = Locale extends 'pl' ? 'one' | 'few' | 'many' : 'one' | 'other';

/** The sentences of the mails in one language; a missing one, or a missing plural of one, does not compile. */
export type MailTexts<Locale extends PageLocale> = {
  readonly [Id in MailTextId]: Id extends CountedTextId ? Readonly<Record<PluralForm<Locale>, string>> : string;
};
