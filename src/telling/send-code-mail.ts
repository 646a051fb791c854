import { emailOf } from '../core/authenticators/contact.ts';
import type { Contact } from '../core/authenticators/contact.ts';
import type { Tenant } from '../storage/published.ts';
import { mailWords } from '../texts/mail-words.ts';
import type { MailWords } from '../texts/mail-words.ts';
import type { PageLocale } from '../texts/page-locale.ts';
import { mailBodies } from './mail-bodies.ts';
import type { ComposedMail } from './mail-bodies.ts';
import type { MessageAbout } from '../delivery/message-about.ts';
import type { Context } from '../calls/context.ts';
import type { SentBy } from './hand-over.ts';
import { sendMail } from './send-mail.ts';

/** Sends a code. @throws {Refusal} as {@link sendMail} does. */
export async function sendCodeMail(
  context: Context,
  tenant: Tenant,
  mail: {
    readonly to: Contact;
    readonly code: string;
    readonly validMinutes: number;
    readonly locale: PageLocale;
    readonly about?: MessageAbout;
    /** What is confirmed, in the tenant's own words. */
    readonly message?: string | undefined;
  },
): Promise<SentBy> {
  const { to, code, validMinutes, locale, about, message } = mail;
  const words = mailWords(locale, tenant.name);
  return sendMail(context, tenant, {
    to: emailOf(to),
    code,
    locale,
    about,
    message,
    ...codeMail(words, { code, validMinutes, message }),
  });
}

/** The words of a code: it stands alone, so that it can be copied, and begins the subject, which phones show first. */
export function codeMail(
  words: MailWords,
  {
    code,
    validMinutes,
    message,
  }: { readonly code: string; readonly validMinutes: number; readonly message?: string | undefined },
): ComposedMail {
  return {
    subject: words.say('code.subject', { code }),
    ...mailBodies(words, {
      heading: words.say('code.heading'),
      message,
      emphasis: code,
      notes: [words.sayCount('code.validity', validMinutes), words.say('code.warning')],
    }),
  };
}
