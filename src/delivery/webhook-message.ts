/** Messages that the tenant's own endpoint carries (server-api 8.4): a signed event each. */
import { jsonType } from './api-provider.ts';
import type { Account } from './api-provider.ts';
import { DeliveryFailed } from './delivery-failed.ts';
import { signWebhook, webhookBody } from './webhook.ts';
import type { WebhookEvent } from './webhook.ts';

/** The event of a message. Members that are not known are left out. */
export function webhookMessage(
  account: Account,
  type: string,
  members: Readonly<Record<string, WebhookEvent['data'][string] | undefined>>,
) {
  const { tenantId, webhookUrl, webhookKeys, newId, now } = account;
  const keys = webhookKeys();
  if (webhookUrl === undefined) throw new DeliveryFailed('The tenant has no webhookUrl.', { isRefused: true });
  if (keys.length === 0) {
    throw new DeliveryFailed('The tenant has no server key to sign with.', { isRefused: true });
  }
  const nowMs = now();
  const data = Object.fromEntries(
    Object.entries(members).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
  const body = webhookBody({ id: newId(), tenantId, type, data }, nowMs);
  const signature = signWebhook(keys, Math.floor(nowMs / 1000), body);
  return { url: webhookUrl, headers: { ...jsonType, 'x-signature-v2': signature }, body };
}
