import type { Email } from '../delivery/email/mailer.ts';
import type { Tenant } from '../storage/published.ts';
import type { Context } from '../calls/context.ts';
import { handOver } from './hand-over.ts';
import type { SentBy } from './hand-over.ts';
import { tenantMailer } from './tenant-mailer.ts';

/**
 * Sends a mail for a tenant, by a provider that delivers its mail. Never call it inside a transaction.
 * @throws {Refusal} as {@link handOver} does; `invalid_configuration` if there is no provider to send it with.
 */
export async function sendMail(context: Context, tenant: Tenant, email: Email): Promise<SentBy> {
  const relay = tenantMailer(context, tenant, email.code === undefined ? 'other' : 'code');
  // One line, whatever names it contains (A27).
  return handOver(context, tenant, relay, { ...email, subject: email.subject.replace(/\p{Cc}+/gu, ' ') });
}
