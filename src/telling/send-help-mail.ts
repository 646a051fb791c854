import type { Context } from '../calls/context.ts';
import type { Tenant } from '../storage/published.ts';
import { mailWords } from '../texts/mail-words.ts';
import type { MailWords } from '../texts/mail-words.ts';
import type { PageLocale } from '../texts/page-locale.ts';
import type { SentBy } from './hand-over.ts';
import { mailBodies } from './mail-bodies.ts';
import type { ComposedMail } from './mail-bodies.ts';
import { sendMail } from './send-mail.ts';

/**
 * Sends a link by which a user gets back in, at once: queued, its secret would stand in the database.
 * @throws {Refusal} as {@link sendMail} does.
 */
export async function sendHelpMail(
  context: Context,
  tenant: Tenant,
  { to, url, locale, validHours }: HelpMail & { readonly to: string; readonly locale: PageLocale },
): Promise<SentBy> {
  const words = mailWords(locale, tenant.name);
  return sendMail(context, tenant, { to, locale, ...helpMail(words, { url, validHours }) });
}

interface HelpMail {
  readonly url: string;
  readonly validHours: number;
}

/** The words of a link by which a user gets back in. */
export function helpMail(words: MailWords, { url, validHours }: HelpMail): ComposedMail {
  const heading = words.say('help-link.subject');
  return {
    subject: heading,
    ...mailBodies(words, {
      heading,
      description: words.say('help-link.description'),
      emphasis: { link: url, label: words.say('help-link.primaryCta') },
      notes: [words.sayCount('help-link.validity', validHours), words.say('help-link.warning')],
    }),
  };
}
