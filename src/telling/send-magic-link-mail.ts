import { emailOf } from '../core/authenticators/contact.ts';
import type { Contact } from '../core/authenticators/contact.ts';
import type { Tenant } from '../storage/published.ts';
import { mailWords } from '../texts/mail-words.ts';
import type { MailWords } from '../texts/mail-words.ts';
import type { PageLocale } from '../texts/page-locale.ts';
import type { MessageWords } from '../storage/queries/message-words.ts';
import { sayAction } from './action-words.ts';
import { mailBodies } from './mail-bodies.ts';
import type { ComposedMail } from './mail-bodies.ts';
import type { MessageAbout } from '../delivery/message-about.ts';
import type { Context } from '../calls/context.ts';
import type { SentBy } from './hand-over.ts';
import { sendMail } from './send-mail.ts';

/** Sends a link. @throws {Refusal} as {@link sendMail} does. */
export async function sendMagicLinkMail(
  context: Context,
  tenant: Tenant,
  mail: {
    readonly to: Contact;
    readonly url: string;
    readonly validMinutes: number;
    readonly locale: PageLocale;
    readonly about?: MessageAbout;
    /** What the action says of itself, if anything. */
    readonly said?: MessageWords | undefined;
  },
): Promise<SentBy> {
  const { to, url, validMinutes, locale, about, said } = mail;
  const words = mailWords(locale, tenant.name);
  return sendMail(context, tenant, {
    to: emailOf(to),
    url,
    locale,
    about,
    ...magicLinkMail(words, { url, validMinutes, message: sayAction(said, locale) }),
  });
}

/** The words of a link. */
export function magicLinkMail(
  words: MailWords,
  {
    url,
    validMinutes,
    message,
  }: { readonly url: string; readonly validMinutes: number; readonly message?: string | undefined },
): ComposedMail {
  const heading = words.say('link.subject');
  return {
    subject: heading,
    ...mailBodies(words, {
      heading,
      message,
      description: words.say('link.description'),
      emphasis: { link: url, label: words.say('link.primaryCta') },
      notes: [words.sayCount('link.validity', validMinutes), words.say('link.warning')],
    }),
  };
}
