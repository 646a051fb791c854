/** Events to a tenant's own endpoint: one signed POST, no redirect, and of the answer only its status. */
import { request } from 'node:http';
import { isIP } from 'node:net';
import type { Socket } from 'node:net';
import { connect as startTls } from 'node:tls';
import { hmacSha256 } from '../runtime/crypto.ts';
import type { SecretKey } from '../runtime/crypto.ts';
import { TargetRefused } from './outbound.ts';
import type { Outbound } from './outbound.ts';

export interface WebhookEvent {
  /** Unique for the event, whatever number of times it is sent: receivers know a repeat by it. */
  readonly id: string;
  readonly tenantId: string;
  readonly type: string;
  /** Flat texts: official SDKs type them so. */
  readonly data: Readonly<Record<string, string>>;
}

export interface WebhookCall {
  readonly url: string;
  readonly event: WebhookEvent;
  /** Every active server key of the tenant: receivers check against the one they have (ruling 24). */
  readonly keys: readonly SecretKey[];
  /** When it is sent, not when it happened: receivers refuse what is old, retries too. */
  readonly nowMs: number;
  readonly timeoutMs: number;
}

/** No answer came: the endpoint is not there, too slow, or none that may be called. The message is safe to log. */
export class WebhookUnanswered extends Error {
  override readonly name = 'WebhookUnanswered';
}

/** What a tenant may name without the operator's list. */
const webPorts = [80, 443];
// An answer says nothing but its status; what is longer than this is not even waited for.
const replyBytesMax = 65_536;

/** The value of `X-Signature-V2`: HMAC-SHA-256 over time and body, one entry a key, base64 without padding. */
export function signWebhook(keys: readonly SecretKey[], timestampSeconds: number, body: string): string {
  const signatures = keys.map((key) => hmacSha256(key, `${timestampSeconds}.${body}`).toString('base64'));
  // No spaces: receivers compare the names of the parts exactly.
  return [`t=${timestampSeconds}`, ...signatures.map((text) => `v2=${text.replace(/=+$/, '')}`)].join(',');
}

/** The body of an event as it is sent. `source` is a constant of the wire contract. */
function webhookBody({ id, tenantId, type, data }: WebhookEvent, happenedAtMs: number): string {
  const time = new Date(happenedAtMs).toISOString();
  return JSON.stringify({ version: 1, id, source: 'https://authsignal.com', time, tenantId, type, data });
}

/**
 * Sends an event and gives the status of the answer. Redirects are not followed: their status is the answer.
 * @throws {WebhookUnanswered}
 */
export async function postWebhook(outbound: Outbound, call: WebhookCall): Promise<number> {
  const { url, event, keys, nowMs, timeoutMs } = call;
  if (keys.length === 0) throw new WebhookUnanswered('The tenant has no server key to sign with.');
  const body = webhookBody(event, nowMs);
  const signature = signWebhook(keys, Math.floor(nowMs / 1000), body);
  const signal = AbortSignal.timeout(timeoutMs);
  try {
    const target = new URL(url);
    const socket = await openConnection(outbound, event.tenantId, target, signal);
    return await post(socket, target, body, signature, signal);
  } catch (error) {
    throw new WebhookUnanswered(`The endpoint gave no answer (${reasonOf(error, signal)}).`);
  }
}

async function openConnection(
  outbound: Outbound,
  tenantId: string,
  { protocol, hostname, port }: URL,
  signal: AbortSignal,
): Promise<Socket> {
  const host = hostname.replace(/^\[|\]$/g, '');
  const isTls = protocol === 'https:';
  const target = { host, port: Number(port) || (isTls ? 443 : 80) };
  const { socket, isListed } = await outbound.connect(tenantId, target, webPorts, signal);
  if (isTls) {
    // Aborting ends the TCP socket, and with it this.
    return startTls({ socket, host, ...(isIP(host) === 0 ? { servername: host } : {}), ALPNProtocols: ['http/1.1'] });
  }
  if (isListed) return socket;
  socket.destroy();
  throw new TargetRefused('Only what the operator lists is called without TLS.');
}

function post(socket: Socket, target: URL, body: string, signature: string, signal: AbortSignal): Promise<number> {
  return new Promise((done, fail) => {
    const sending = request({
      createConnection: () => socket,
      method: 'POST',
      path: `${target.pathname}${target.search}`,
      signal,
      maxHeaderSize: 16_384,
      headers: {
        host: target.host,
        'content-type': 'application/json',
        'content-length': Buffer.byteLength(body),
        'user-agent': 'Sallyport',
        'x-signature-v2': signature,
        connection: 'close',
      },
    });
    socket.on('error', fail);
    sending.on('error', fail);
    sending.on('response', (response) => {
      done(response.statusCode ?? 0);
      let received = 0;
      response.on('error', () => undefined);
      response.on('data', (chunk: Buffer) => {
        received += chunk.length;
        if (received > replyBytesMax) socket.destroy();
      });
    });
    sending.end(body);
  });
}

// Of an error only its kind: its text can hold what the endpoint or the resolver said.
function reasonOf(error: unknown, signal: AbortSignal): string {
  if (signal.aborted) return 'time-out';
  if (!(error instanceof Error)) return 'unknown';
  return 'code' in error && /^[A-Z0-9_]{2,40}$/.test(String(error.code)) ? String(error.code) : error.name;
}
