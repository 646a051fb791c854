/** Calls to one origin over HTTP/2 (RFC 9113), which both push services speak: many messages on one connection. */
import { connect } from 'node:http2';
import type { ClientHttp2Session } from 'node:http2';
import type { Socket } from 'node:net';
import { connect as startTls } from 'node:tls';
import { PushFailed } from './pusher.ts';

/** Opens a TCP connection to a host, if that is permitted. */
export type OpenConnection = (
  target: { readonly host: string; readonly port: number },
  signal: AbortSignal,
) => Promise<Socket>;

export interface Http2Reply {
  readonly status: number;
  readonly text: string;
}

export interface Http2Origin {
  /** One POST. @throws {PushFailed} if no response came */
  post(path: string, headers: Readonly<Record<string, string>>, body: string, signal: AbortSignal): Promise<Http2Reply>;
  close(): void;
}

// Apple asks to keep connections; one that is not used for this long is closed.
const idleMs = 60_000;
// Only the beginning of a response is read: both services answer with a few hundred bytes.
const replyLengthMax = 16_384;

export function http2Origin(url: string, open: OpenConnection): Http2Origin {
  const origin = new URL(url);
  let opening: Promise<ClientHttp2Session> | undefined;

  async function start(signal: AbortSignal): Promise<ClientHttp2Session> {
    const isTls = origin.protocol === 'https:';
    const host = origin.hostname.replace(/^\[|\]$/g, '');
    const tcp = await open({ host, port: Number(origin.port) || (isTls ? 443 : 80) }, signal);
    const socket = isTls ? startTls({ socket: tcp, host, servername: host, ALPNProtocols: ['h2'] }) : tcp;
    const session = connect(origin.origin, { createConnection: () => socket });
    const forget = () => {
      opening = undefined;
    };
    session.on('close', forget).on('goaway', forget);
    // Each call has its own error; without a listener, the session's would end the process.
    session.on('error', () => session.destroy());
    session.setTimeout(idleMs, () => session.close());
    return session;
  }

  async function session(signal: AbortSignal): Promise<ClientHttp2Session> {
    opening ??= start(signal);
    try {
      const known = await opening;
      if (!known.closed && !known.destroyed) return known;
    } catch (error) {
      opening = undefined;
      throw error;
    }
    opening = start(signal);
    return opening;
  }

  return {
    async post(path, headers, body, signal) {
      try {
        const stream = (await session(signal)).request({ ':method': 'POST', ':path': path, ...headers }, { signal });
        return await new Promise<Http2Reply>((done, fail) => {
          let status = 0;
          let text = '';
          stream.setEncoding('utf8');
          stream.on('response', ({ ':status': given }) => {
            status = Number(given ?? 0);
          });
          stream.on('data', (chunk: string) => {
            if (text.length < replyLengthMax) text += chunk;
          });
          stream.on('error', fail);
          stream.on('close', () => (status === 0 ? fail(new Error('no response')) : done({ status, text })));
          stream.end(body);
        });
      } catch {
        throw new PushFailed('DELIVERY_FAILED', `${origin.host} gave no answer${signal.aborted ? ' in time' : ''}.`);
      }
    },
    close() {
      opening?.then(
        (open) => open.close(),
        () => undefined,
      );
      opening = undefined;
    },
  };
}

/** The response as JSON; an empty object if it is none. */
export function jsonOf({ text }: Http2Reply): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
  } catch {
    return {};
  }
}
