/** One request to a URL, over a connection of its own. Redirects are not followed. */
import { request } from 'node:http';
import { isIP } from 'node:net';
import type { Socket } from 'node:net';
import { connect as startTls } from 'node:tls';
import type { Names } from './names.ts';
import { openSocket } from './open-socket.ts';
import type { Target } from './open-socket.ts';
import { TargetRefused } from './outbound.ts';
import type { Outbound } from './outbound.ts';

export interface HttpRequest {
  readonly method: 'GET' | 'POST';
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface HttpReply {
  readonly status: number;
  /** The header Content-Type. */
  readonly type: string | undefined;
  /** The beginning of the body, once it is over, enough of it is here, or the call has ended. Never rejects. */
  readonly text: Promise<string>;
}

/** Ports that a tenant may use without the operator's list. */
const webPorts = [80, 443];
/** A body longer than this is not awaited. */
export const replyBytesMax = 65_536;
/** So much of a body is kept, unless the caller wants more of it. */
const usualKeptBytes = 4_096;

/**
 * Connects for a tenant who has chosen the URL, and begins TLS where it says so. Nothing of a request has been sent then.
 */
export async function openConnection(
  outbound: Outbound,
  tenantId: string,
  url: URL,
  signal: AbortSignal,
): Promise<Socket> {
  const { target, isTls } = targetOf(url);
  const { socket, isListed } = await outbound.connect(tenantId, target, webPorts, signal);
  if (isTls) return secured(socket, target.host, signal);
  if (isListed) return socket;
  socket.destroy();
  throw new TargetRefused("Without TLS only targets on the operator's list are called.");
}

/** The same to a server that this server's own configuration names: wherever it is. */
export async function openOwnConnection(names: Names, asker: string, url: URL, signal: AbortSignal): Promise<Socket> {
  const { target, isTls } = targetOf(url);
  const socket = await openSocket(target, await names.resolve(target.host, asker, signal), signal);
  return isTls ? secured(socket, target.host, signal) : socket;
}

function targetOf({ protocol, hostname, port }: URL): { readonly target: Target; readonly isTls: boolean } {
  const isTls = protocol === 'https:';
  return { target: { host: hostname.replace(/^\[|\]$/g, ''), port: Number(port) || (isTls ? 443 : 80) }, isTls };
}

function secured(plain: Socket, host: string, signal: AbortSignal): Promise<Socket> {
  return new Promise((done, fail) => {
    const name = isIP(host) === 0 ? { servername: host } : {};
    const socket = startTls({ socket: plain, host, ...name, ALPNProtocols: ['http/1.1'] });
    const stop = () => socket.destroy(signal.reason instanceof Error ? signal.reason : new Error('It took too long.'));
    signal.addEventListener('abort', stop, { once: true });
    socket.once('secureConnect', () => {
      signal.removeEventListener('abort', stop);
      done(socket);
    });
    socket.once('close', () => fail(new Error('The connection was closed.')));
    // Also for errors after the handshake: without a listener they would end the process.
    socket.on('error', fail);
  });
}

/** Sends a request over a connection and awaits the beginning of the reply. Aborting ends both. */
export function exchange(
  socket: Socket,
  target: URL,
  { method, headers, body }: HttpRequest,
  signal: AbortSignal,
  keptBytesMax = usualKeptBytes,
): Promise<HttpReply> {
  return new Promise((done, fail) => {
    const sending = request({
      createConnection: () => socket,
      method,
      path: `${target.pathname}${target.search}`,
      signal,
      maxHeaderSize: 16_384,
      headers: {
        host: target.host,
        ...(method === 'POST' ? { 'content-length': Buffer.byteLength(body) } : {}),
        'user-agent': 'Sallyport',
        ...headers,
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
      done({ status: response.statusCode ?? 0, type: response.headers['content-type'], text });
      response.on('error', () => undefined);
      response.on('data', (chunk: Buffer) => {
        if (received < keptBytesMax) kept.push(chunk);
        received += chunk.length;
        if (received > replyBytesMax) socket.destroy();
      });
    });
    sending.end(method === 'POST' ? body : undefined);
  });
}
