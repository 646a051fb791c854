/** Events to a tenant's own endpoint: one signed POST, no redirects, and only the status of the response is acted on. */
import { request } from 'node:http';
import { isIP } from 'node:net';
import type { Socket } from 'node:net';
import { connect as startTls } from 'node:tls';
import { hmacSha256 } from '../runtime/crypto.ts';
import type { SecretKey } from '../runtime/crypto.ts';
import { TargetRefused } from './outbound.ts';
import type { Outbound } from './outbound.ts';

export interface WebhookEvent {
  /** Unique per event, however often it is sent: receivers detect repeats by it. */
  readonly id: string;
  readonly tenantId: string;
  readonly type: string;
  /** Flat strings: official SDKs type them this way. */
  readonly data: Readonly<Record<string, string>>;
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

/** Ports that a tenant may use without the operator's list. */
const webPorts = [80, 443];
// Only the status of a response matters; a body longer than this is not awaited.
const replyBytesMax = 65_536;
/** So much of a body is kept, to show what the endpoint said. */
const keptBytesMax = 4_096;

/** The value of `X-Signature-V2`: HMAC-SHA-256 over time and body, one entry per key, base64 without padding. */
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

export interface WebhookReply {
  readonly status: number;
  /** The beginning of the body, once it is over, enough of it is here, or the call has ended. Never rejects. */
  readonly text: Promise<string>;
}

/** As {@link postWebhook}, for what was signed before. @throws {WebhookUnanswered} */
export async function postSigned(outbound: Outbound, call: SignedCall): Promise<WebhookReply> {
  const { url, tenantId, body, signature, signal } = call;
  try {
    const target = new URL(url);
    const socket = await openConnection(outbound, tenantId, target, signal);
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
    // Aborting closes the TCP socket, which ends the request.
    return startTls({ socket, host, ...(isIP(host) === 0 ? { servername: host } : {}), ALPNProtocols: ['http/1.1'] });
  }
  if (isListed) return socket;
  socket.destroy();
  throw new TargetRefused("Without TLS only targets on the operator's list are called.");
}

function post(
  socket: Socket,
  target: URL,
  body: string,
  signature: string,
  signal: AbortSignal,
): Promise<WebhookReply> {
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
      const kept: Buffer[] = [];
      let received = 0;
      const text = new Promise<string>((tell) => {
        response.on('close', () => tell(Buffer.concat(kept).subarray(0, keptBytesMax).toString()));
      });
      done({ status: response.statusCode ?? 0, text });
      response.on('error', () => undefined);
      response.on('data', (chunk: Buffer) => {
        if (received < keptBytesMax) kept.push(chunk);
        received += chunk.length;
        if (received > replyBytesMax) socket.destroy();
      });
    });
    sending.end(body);
  });
}

// Only the kind of an error: its text can contain what the endpoint or the resolver said.
function reasonOf(error: unknown, signal: AbortSignal): string {
  if (signal.aborted) return 'time-out';
  if (!(error instanceof Error)) return 'unknown';
  return 'code' in error && /^[A-Z0-9_]{2,40}$/.test(String(error.code)) ? String(error.code) : error.name;
}
