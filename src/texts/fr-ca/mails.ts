import { frMails } from '../fr/mails.ts';
import type { MailTexts } from '../mail-texts.ts';

/** Canadian French: the mails are the same as in French, except for the dates and the names of the methods. */
export const frCaMails: MailTexts<'fr-ca'> = frMails;
