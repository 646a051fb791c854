import { emailOf, phoneNumberOf } from '../core/authenticators/contact.ts';
import type { Contact } from '../core/authenticators/contact.ts';
import { methodSettings } from '../configuring/method-settings.ts';
import type { MessageAbout } from '../delivery/message-about.ts';
import type { Tenant } from '../storage/published.ts';
import type { MessageWords } from '../storage/queries/message-words.ts';
import { mailWords } from '../texts/mail-words.ts';
import type { PageLocale } from '../texts/page-locale.ts';
import type { Context } from '../calls/context.ts';
import { customVariables, sayAction } from './action-words.ts';
import { codeText, textMessagesMax } from './code-text.ts';
import { isText } from './is-text.ts';
import type { SentBy } from './hand-over.ts';
import { sendCodeMail } from './send-code-mail.ts';
import { sendText } from './send-text.ts';
import { plainCharacters } from './text-units.ts';

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
  /** What the action says of itself, if anything. */
  readonly said: MessageWords | undefined;
  /** The host of the page that the code is for, if a page requested it. */
  readonly host?: string | undefined;
}

/** Sends a code. @throws {Refusal} as {@link sendCodeMail} and {@link sendText} do. */
export async function sendCodeMessage(context: Context, tenant: Tenant, message: CodeMessage): Promise<SentBy> {
  const { verificationMethod, to, code, validMinutes, locale, said } = message;
  const about = { ...message.about, customVariables: customVariables(tenant, verificationMethod, said) };
  if (!isText(verificationMethod)) {
    emailOf(to);
    return sendCodeMail(context, tenant, { ...message, about, message: sayAction(said, locale) });
  }
  const host = verificationMethod === 'SMS' ? message.host : undefined;
  const confirmed = sayAction(said, locale, plainCharacters);
  const words = mailWords(locale, tenant.name);
  const body = codeText(words, { code, validMinutes, host, message: confirmed });
  if (confirmed !== undefined && !body.includes(confirmed)) tellOfLength(context, tenant, message.about.actionCode);
  const number = phoneNumberOf(to);
  const from = senderTo(context, tenant, verificationMethod, number);
  return sendText(context, tenant, { verificationMethod, to: number, body, code, locale, from, about });
}

function tellOfLength(
  { warnOnceAMinute }: Pick<Context, 'warnOnceAMinute'>,
  { tenantId }: Tenant,
  actionCode = '',
): void {
  warnOnceAMinute(
    `length of text ${tenantId} ${actionCode}`,
    `A text for the action ${actionCode} of tenant ${tenantId} is sent without the action's message: with it, it would be more than ${textMessagesMax} messages.`,
  );
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
