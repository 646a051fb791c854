import { emailOf, phoneNumberOf } from '../core/authenticators/contact.ts';
import type { Contact } from '../core/authenticators/contact.ts';
import { methodSettings } from '../configuring/method-settings.ts';
import type { MessageAbout } from '../delivery/message-about.ts';
import type { Tenant } from '../storage/published.ts';
import { mailWords } from '../texts/mail-words.ts';
import type { PageLocale } from '../texts/page-locale.ts';
import type { Context } from '../calls/context.ts';
import { isText } from './is-text.ts';
import type { SentBy } from './hand-over.ts';
import { sendCodeMail } from './send-code-mail.ts';
import { sendText } from './send-text.ts';

/** A code for a person, by mail or to their phone. */
export interface CodeMessage {
  /** The method that delivers it. */
  readonly verificationMethod: string;
  readonly to: Contact;
  readonly code: string;
  readonly validMinutes: number;
  readonly locale: PageLocale;
  /** What the tenant's own endpoint is told of it. */
  readonly about: MessageAbout;
  /** The host of the page that the code is for, if a page requested it. */
  readonly host?: string | undefined;
}

/** Sends a code. @throws {Refusal} as {@link sendCodeMail} and {@link sendText} do. */
export async function sendCodeMessage(context: Context, tenant: Tenant, message: CodeMessage): Promise<SentBy> {
  const { verificationMethod, to, code, locale, about } = message;
  if (!isText(verificationMethod)) {
    emailOf(to);
    return sendCodeMail(context, tenant, message);
  }
  const body = textBody(tenant.name, verificationMethod, message);
  const number = phoneNumberOf(to);
  const from = senderTo(context, tenant, verificationMethod, number);
  return sendText(context, tenant, { verificationMethod, to: number, body, code, locale, from, about });
}

/** What a text to a number comes from, as the tenant has set it for the number's country. */
function senderTo(
  { enrichment }: Pick<Context, 'enrichment'>,
  tenant: Tenant,
  verificationMethod: string,
  phoneNumber: string,
): string | undefined {
  const senders = methodSettings(tenant, verificationMethod)['senders'] as Readonly<Record<string, string>> | undefined;
  const countryCode = senders && enrichment.describeNumber(phoneNumber)?.countryCode;
  return countryCode === null || countryCode === undefined ? undefined : senders?.[countryCode];
}

/**
 * Who sends it, the code, how long it works and a warning, on one line. Below, in a text message, the page that it is
 * for, so that browsers and phones enter the code there and nowhere else.
 * (https://wicg.github.io/sms-one-time-codes/#format)
 */
function textBody(name: string, method: string, { code, validMinutes, locale, host }: CodeMessage): string {
  const words = mailWords(locale, name);
  const parts = [
    words.say('text.code', { code }),
    words.sayCount('text.validity', validMinutes),
    words.say('text.warning'),
  ];
  const line = parts.join(' ');
  return host === undefined || method !== 'SMS' ? line : `${line}\n\n@${host} #${code}`;
}
