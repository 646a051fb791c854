/** What a mail and a text have in common: they are handed to a provider, which takes them or does not. */
import { Refusal } from '../contract/errors.ts';
import { DeliveryFailed } from '../delivery/delivery-failed.ts';
import type { Tenant } from '../storage/published.ts';
import type { Context } from '../calls/context.ts';
import type { SendResult } from '../calls/meter.ts';

/** Who took a message. */
export interface SentBy {
  /** The name of the tenant's provider; `SERVER` for this server's own. */
  readonly provider: string;
}

/**
 * It is not known whether a message was sent: it may still arrive. Every other refusal of a send means that it was not.
 */
class PerhapsSent extends Refusal {
  constructor() {
    super('delivery_failed', 'The provider did not say in time whether it takes the message. It may still arrive.');
  }
}

/** The provider refused this message itself. */
class RefusedByProvider extends Refusal {
  constructor() {
    super('delivery_failed', notTaken);
  }
}

const notTaken = 'The message could not be handed over to its provider. Nothing was sent.';

/** Whether the provider itself refused the message. This tells a caller something about the mailbox or the number. */
export function isRefusedByProvider(error: unknown): boolean {
  return error instanceof RefusedByProvider;
}

/** Whether the error of a send means that certainly nothing was sent. */
export function isNotSent(error: unknown): boolean {
  return error instanceof Refusal && !(error instanceof PerhapsSent);
}

/**
 * Hands a message to a provider. Never call it inside a transaction.
 * @throws {Refusal} `delivery_failed` within five seconds if the message was not accepted for delivery, so that a failed
 * send never counts as sent (F18)
 */
export async function handOver(
  context: Context,
  { tenantId }: Tenant,
  provider: string,
  send: () => Promise<unknown>,
): Promise<SentBy> {
  const told = (result: SendResult) => context.meter.sent(tenantId, provider, result);
  try {
    await send();
    told('taken');
    return { provider };
  } catch (error) {
    if (!(error instanceof DeliveryFailed)) throw error;
    context.warn(error);
    told(error.isRefused ? (error.isAnswered ? 'refused' : 'failed') : 'unknown');
    if (!error.isRefused) throw new PerhapsSent();
    throw error.isAnswered ? new RefusedByProvider() : new Refusal('delivery_failed', notTaken);
  }
}
