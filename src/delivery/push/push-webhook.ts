/** Push messages by the tenant's own server: the event `push.created`, one signed POST for a request. */
import type { Outbound } from '../outbound.ts';
import { WebhookUnanswered, postWebhook } from '../webhook.ts';
import type { WebhookCall } from '../webhook.ts';
import { PushFailed } from './pusher.ts';

/** @throws {PushFailed} */
export async function postPushCreated(
  outbound: Outbound,
  call: Omit<WebhookCall, 'event'> & { readonly event: Omit<WebhookCall['event'], 'type'> },
): Promise<void> {
  const event = { ...call.event, type: 'push.created' };
  const status = await postWebhook(outbound, { ...call, event }).catch((error: unknown) => {
    if (error instanceof WebhookUnanswered) throw new PushFailed('DELIVERY_FAILED', error.message);
    throw error;
  });
  if (status >= 200 && status <= 299) return;
  const failure = status === 429 ? 'THROTTLED' : 'DELIVERY_FAILED';
  throw new PushFailed(failure, `The webhook of push.created answered ${status}.`);
}
