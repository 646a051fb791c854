import { Refusal } from '../contract/errors.ts';
import { DeliveryFailed } from '../delivery/email/mailer.ts';
import type { Email } from '../delivery/email/mailer.ts';
import type { Tenant } from '../storage/published.ts';
import type { Context } from '../calls/context.ts';
import type { SendResult } from '../calls/meter.ts';
import { mailProviderOf, tenantMailer } from './tenant-mailer.ts';

/**
 * It is not known whether a message was sent: it may still arrive. Every other refusal of a send means that it was not.
 */
class PerhapsSent extends Refusal {
  constructor() {
    super('delivery_failed', 'The mail server did not say in time whether it takes the message. It may still arrive.');
  }
}

/** The mail server refused this message itself. */
class RefusedByServer extends Refusal {
  constructor() {
    super('delivery_failed', notTaken);
  }
}

const notTaken = 'The message could not be handed over to the mail server. Nothing was sent.';

/** Whether the mail server itself refused the message. This tells a caller something about the mailbox. */
export function isRefusedByServer(error: unknown): boolean {
  return error instanceof RefusedByServer;
}

/** Whether the error of a send means that certainly nothing was sent. */
export function isNotSent(error: unknown): boolean {
  return error instanceof Refusal && !(error instanceof PerhapsSent);
}

/**
 * Sends a mail for a tenant, by the provider that delivers its mail. Never call it inside a transaction.
 * @throws {Refusal} `delivery_failed` within five seconds if the mail was not accepted for delivery, so that a failed
 * send never counts as sent (F18); `invalid_configuration` if there is no provider to send it with.
 */
export async function sendMail(context: Context, tenant: Tenant, email: Email): Promise<void> {
  const mailer = tenantMailer(context, tenant);
  const told = (result: SendResult) => context.meter.sent(tenant.tenantId, mailProviderOf(tenant), result);
  try {
    // One line, whatever names it contains (A27).
    await mailer.send({ ...email, subject: email.subject.replace(/\p{Cc}+/gu, ' ') }, tenant.tenantId);
    told('taken');
  } catch (error) {
    if (!(error instanceof DeliveryFailed)) throw error;
    context.warn(error);
    told(error.isRefused ? (error.isAnswered ? 'refused' : 'failed') : 'unknown');
    if (!error.isRefused) throw new PerhapsSent();
    throw error.isAnswered ? new RefusedByServer() : new Refusal('delivery_failed', notTaken);
  }
}
