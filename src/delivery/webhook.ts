/** Events to a tenant's own endpoint: one signed POST, no redirects, and only the status of the response is acted on. */
import { hmacSha256 } from '../runtime/crypto.ts';
import type { SecretKey } from '../runtime/crypto.ts';
import { exchange, openConnection } from './http-exchange.ts';
import type { HttpReply } from './http-exchange.ts';
import type { Outbound } from './outbound.ts';

export interface WebhookEvent {
  /** Unique per event, however often it is sent: receivers detect repeats by it. */
  readonly id: string;
  readonly tenantId: string;
  readonly type: string;
  /** Flat strings, because official SDKs type them this way, but for `customVariables` of `sms.created`. */
  readonly data: Readonly<Record<string, string | Readonly<Record<string, string>>>>;
}

export interface WebhookCall {
  readonly url: string;
  readonly event: WebhookEvent;
  /** Every active server key of the tenant: a receiver checks with the one it has (ruling 24). */
  readonly keys: readonly SecretKey[];
  /** When it is sent, not when it happened: receivers refuse old events, including retries. */
  readonly nowMs: number;
  /** Ends the call. */
  readonly signal: AbortSignal;
}

/** There was no response: the endpoint is unreachable, too slow, or must not be called. The message is safe to log. */
export class WebhookUnanswered extends Error {
  override readonly name = 'WebhookUnanswered';
}

/** The value of `X-Signature-V2`: HMAC-SHA-256 over time and body, one entry per key, base64 without padding. */
export function signWebhook(keys: readonly SecretKey[], timestampSeconds: number, body: string): string {
  const signatures = keys.map((key) => hmacSha256(key, `${timestampSeconds}.${body}`).toString('base64'));
  // No spaces: receivers compare the names of the parts exactly.
  return [`t=${timestampSeconds}`, ...signatures.map((text) => `v2=${text.replace(/=+$/, '')}`)].join(',');
}

/** The body of an event as it is sent. `source` is a constant of the wire contract. */
export function webhookBody({ id, tenantId, type, data }: WebhookEvent, happenedAtMs: number): string {
  const time = new Date(happenedAtMs).toISOString();
  return JSON.stringify({ version: 1, id, source: 'https://authsignal.com', time, tenantId, type, data });
}

/**
 * Sends an event and returns the status of the response. Redirects are not followed: their status is returned.
 * @throws {WebhookUnanswered}
 */
export async function postWebhook(outbound: Outbound, call: WebhookCall): Promise<number> {
  const { url, event, keys, nowMs, signal } = call;
  if (keys.length === 0) throw new WebhookUnanswered('The tenant has no server key to sign with.');
  const body = webhookBody(event, nowMs);
  const signature = signWebhook(keys, Math.floor(nowMs / 1000), body);
  return (await postSigned(outbound, { url, tenantId: event.tenantId, body, signature, signal })).status;
}

/** A body with its signature. */
export interface SignedCall extends Pick<WebhookCall, 'url' | 'signal'> {
  readonly tenantId: string;
  readonly body: string;
  readonly signature: string;
}

/** As {@link postWebhook}, for what was signed before. @throws {WebhookUnanswered} */
export async function postSigned(outbound: Outbound, call: SignedCall): Promise<HttpReply> {
  const { url, tenantId, body, signature, signal } = call;
  try {
    const target = new URL(url);
    const socket = await openConnection(outbound, tenantId, target, signal);
    const headers = { 'content-type': 'application/json', 'x-signature-v2': signature };
    return await exchange(socket, target, { method: 'POST', headers, body }, signal);
  } catch (error) {
    throw new WebhookUnanswered(`The endpoint gave no answer (${reasonOf(error, signal)}).`);
  }
}

// Only the kind of an error: its text can contain what the endpoint or the resolver said.
function reasonOf(error: unknown, signal: AbortSignal): string {
  if (signal.aborted) return 'time-out';
  if (!(error instanceof Error)) return 'unknown';
  return 'code' in error && /^[A-Z0-9_]{2,40}$/.test(String(error.code)) ? String(error.code) : error.name;
}
