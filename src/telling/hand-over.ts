/** What a mail and a text have in common: they are handed to a provider, which takes them or does not. */
import { Refusal } from '../contract/errors.ts';
import { DeliveryFailed } from '../delivery/delivery-failed.ts';
import type { Relay, Taken } from '../delivery/relay.ts';
import type { Tenant } from '../storage/published.ts';
import type { Context } from '../calls/context.ts';
import type { SendResult } from '../calls/meter.ts';

/**
 * Who took a message: the name of the tenant's provider, or `SERVER` for this server's own; and the provider's own id of
 * it, if it gave one.
 */
export type SentBy = Taken;

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

/** The person has asked to get no more messages: nobody is asked to send one. */
export class OptedOut extends Refusal {
  constructor() {
    super(
      'delivery_failed',
      'The person at this number has answered STOP and gets no more messages. Nothing was sent: offer another method, or tell them to answer START.',
    );
  }
}

/** Whether the provider itself refused the message. This tells a caller something about the mailbox or the number. */
export function isRefusedByProvider(error: unknown): boolean {
  return error instanceof RefusedByProvider || error instanceof OptedOut;
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
export async function handOver<Message>(
  context: Context,
  { tenantId }: Tenant,
  relay: Relay<Message>,
  message: Message,
): Promise<SentBy> {
  try {
    return await relay.send(message, tenantId, (provider, failure) => {
      if (failure !== undefined) context.warn(failure);
      context.meter.sent(tenantId, provider, resultOf(failure));
    });
  } catch (error) {
    if (!(error instanceof DeliveryFailed)) throw error;
    if (!error.isRefused) throw new PerhapsSent();
    if (error.isOptedOut) throw new OptedOut();
    throw error.isAnswered ? new RefusedByProvider() : new Refusal('delivery_failed', notTaken);
  }
}

function resultOf(failure: DeliveryFailed | undefined): SendResult {
  if (failure === undefined) return 'taken';
  if (!failure.isRefused) return 'unknown';
  return failure.isAnswered ? 'refused' : 'failed';
}
