import type { MessageAbout } from '../delivery/message-about.ts';
import type { TextChannel } from '../delivery/text/texter.ts';
import { loadContactMark } from '../storage/queries/contact-marks.ts';
import type { Tenant } from '../storage/published.ts';
import type { PageLocale } from '../texts/page-locale.ts';
import { contactSubject } from '../counting/contact-subject.ts';
import type { Context } from '../calls/context.ts';
import { OptedOut, handOver } from './hand-over.ts';
import type { SentBy } from './hand-over.ts';
import { tenantTexter } from './tenant-texter.ts';

/** A code for a telephone number. */
export interface CodeText {
  readonly verificationMethod: TextChannel;
  /** In E.164 form. */
  readonly to: string;
  /** The whole text, with the code. */
  readonly body: string;
  readonly code: string;
  readonly locale: PageLocale;
  /** The sender that the tenant chose for the country; absent where the provider chooses. */
  readonly from?: string | undefined;
  /** What the tenant's own endpoint is told of it. */
  readonly about?: Omit<MessageAbout, 'verificationMethod'>;
}

/**
 * Sends a text for a tenant, by a provider of the method. Never call it inside a transaction.
 * @throws {Refusal} as {@link handOver} does, and `delivery_failed` if the number has opted out; `invalid_configuration` if
 * there is no provider to send it with.
 */
export async function sendText(context: Context, tenant: Tenant, text: CodeText): Promise<SentBy> {
  const { verificationMethod, to, body, code, locale, from, about } = text;
  const { tenantId } = tenant;
  const relay = tenantTexter(context, tenant, verificationMethod);
  const subject = contactSubject(tenant, { kind: 'phoneNumber', value: to });
  const mark = await loadContactMark(context.db, tenantId, subject);
  if (mark?.because === 'stopped') throw new OptedOut();
  return handOver(context, tenant, relay, {
    channel: verificationMethod,
    to,
    body,
    code,
    locale,
    from,
    about: { ...about, verificationMethod },
  });
}
