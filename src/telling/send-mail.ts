import type { Email } from '../delivery/email/mailer.ts';
import type { Tenant } from '../storage/published.ts';
import type { Context } from '../calls/context.ts';
import { handOver } from './hand-over.ts';
import type { SentBy } from './hand-over.ts';
import { mailProviderOf, tenantMailer } from './tenant-mailer.ts';

/**
 * Sends a mail for a tenant, by the provider that delivers its mail. Never call it inside a transaction.
 * @throws {Refusal} as {@link handOver} does; `invalid_configuration` if there is no provider to send it with.
 */
export function sendMail(context: Context, tenant: Tenant, email: Email): Promise<SentBy> {
  const mailer = tenantMailer(context, tenant);
  // One line, whatever names it contains (A27).
  const subject = email.subject.replace(/\p{Cc}+/gu, ' ');
  return handOver(context, tenant, mailProviderOf(tenant), () => mailer.send({ ...email, subject }, tenant.tenantId));
}
