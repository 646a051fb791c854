import { Refusal } from '../contract/errors.ts';
import { DeliveryFailed } from '../delivery/email/mailer.ts';
import type { Email } from '../delivery/email/mailer.ts';
import type { Tenant } from '../storage/published.ts';
import type { Context } from './operation.ts';
import { tenantMailer } from './tenant-mailer.ts';

/**
 * Sends a mail for a tenant, by whoever delivers its mail. Never inside a transaction.
 * @throws {Refusal} `delivery_failed` within five seconds if it was not accepted for delivery: never "sent" when it was
 * not (F18); `invalid_configuration` where there is nothing to send it with.
 */
export async function sendMail(context: Context, tenant: Tenant, email: Email): Promise<void> {
  const mailer = tenantMailer(context, tenant);
  try {
    // One line, whatever names stand in it (A27).
    await mailer.send({ ...email, subject: email.subject.replace(/\p{Cc}+/gu, ' ') }, tenant.tenantId);
  } catch (error) {
    if (!(error instanceof DeliveryFailed)) throw error;
    context.warn(error);
    throw new Refusal('delivery_failed', 'The message could not be handed over to the mail server. Nothing was sent.');
  }
}
