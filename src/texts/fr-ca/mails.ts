import { frMails } from '../fr/mails.ts';
import type { MailTexts } from '../mail-texts.ts';

/** Canadian French: nothing in the mails is said otherwise than in French, but for the dates and the names of the ways. */
export const frCaMails: MailTexts<'fr-ca'> = frMails;
