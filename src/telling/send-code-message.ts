import { emailOf, phoneNumberOf } from '../core/authenticators/contact.ts';
import type { Contact } from '../core/authenticators/contact.ts';
import { methodSettings } from '../configuring/method-settings.ts';
import type { MessageAbout } from '../delivery/message-about.ts';
import type { Tenant } from '../storage/published.ts';
import { mailWords } from '../texts/mail-words.ts';
import type { PageLocale } from '../texts/page-locale.ts';
import type { Context } from '../calls/context.ts';
import { codeText } from './code-text.ts';
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
  const { validMinutes, host } = message;
  const page = verificationMethod === 'SMS' ? host : undefined;
  const body = codeText(mailWords(locale, tenant.name), { code, validMinutes, host: page });
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
