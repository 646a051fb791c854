import { Refusal } from '../contract/errors.ts';
import { DeliveryFailed } from '../delivery/email/mailer.ts';
import type { Email } from '../delivery/email/mailer.ts';
import type { Tenant } from '../storage/published.ts';
import type { Context } from './operation.ts';
import { tenantMailer } from './tenant-mailer.ts';

/** Nobody knows whether a message was sent: it may still arrive. Every other refusal of a send means that it was not. */
class PerhapsSent extends Refusal {
  constructor() {
    super('delivery_failed', 'The mail server did not say in time whether it takes the message. It may still arrive.');
  }
}

/** The mail server said no to this very message. */
class RefusedByServer extends Refusal {
  constructor() {
    super('delivery_failed', notTaken);
  }
}

const notTaken = 'The message could not be handed over to the mail server. Nothing was sent.';

/** Whether the mail server was asked, and said no: what a caller learns something by. */
export function isRefusedByServer(error: unknown): boolean {
  return error instanceof RefusedByServer;
}

/** Whether what a send threw says that nothing was sent, for certain. */
export function isNotSent(error: unknown): boolean {
  return error instanceof Refusal && !(error instanceof PerhapsSent);
}

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
    if (!error.isRefused) throw new PerhapsSent();
    throw error.isAnswered ? new RefusedByServer() : new Refusal('delivery_failed', notTaken);
  }
}
