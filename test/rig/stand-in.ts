import type { IncomingHttpHeaders, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import { connect } from 'node:net';
import type { AddressInfo } from 'node:net';
import type { Outbound } from '../../src/delivery/outbound.ts';
import { makeCertificate } from './certificate.ts';

export interface StandInRequest {
  readonly method: string;
  readonly host: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** What a provider answers: a status and a body, nothing at all, or something that is no answer. */
export type StandInAnswer = { readonly status: number; readonly body?: string } | 'silence' | 'hang up' | 'no HTTP';

/** In the place of every provider's API at once, over TLS: it keeps what was asked and answers as it is told. */
export interface StandIn {
  readonly requests: readonly StandInRequest[];
  /** Leads every connection here. */
  readonly outbound: Outbound;
  /** The answer from now on, which may depend on the request. */
  answer(respond: (request: StandInRequest) => StandInAnswer): void;
  /** As a provider that is down: connections are refused. */
  refuseConnections(isRefused: boolean): void;
  stop(): Promise<void>;
}

/**
 * Certificates are not checked while it runs: it has one for itself alone. That they are is promised where webhooks are
 * tested, which use the same connection.
 */
export async function startStandIn(): Promise<StandIn> {
  const before = process.env['NODE_TLS_REJECT_UNAUTHORIZED'];
  process.env['NODE_TLS_REJECT_UNAUTHORIZED'] = '0';
  const requests: StandInRequest[] = [];
  let respond: (request: StandInRequest) => StandInAnswer = () => ({ status: 200 });
  let isRefused = false;
  const server = createServer(await makeCertificate(), (incoming, response) => {
    const chunks: Buffer[] = [];
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
    incoming.on('end', () => {
      const { method = '', url: path = '', headers } = incoming;
      const body = Buffer.concat(chunks).toString();
      const request = { method, host: headers.host ?? '', path, headers, body };
      requests.push(request);
      write(response, respond(request));
    });
  });
  server.on('tlsClientError', () => undefined);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
  const { port } = server.address() as AddressInfo;
  return {
    requests,
    outbound: {
      isListed: () => true,
      mayName: () => true,
      connect: () =>
        new Promise((done, fail) => {
          if (isRefused) {
            fail(Object.assign(new Error('refused'), { code: 'ECONNREFUSED' }));
            return;
          }
          const socket = connect(port, '127.0.0.1');
          socket.on('error', fail);
          socket.once('connect', () => done({ socket, isListed: true }));
        }),
    },
    answer(next) {
      respond = next;
    },
    refuseConnections(next) {
      isRefused = next;
    },
    async stop() {
      if (before === undefined) delete process.env['NODE_TLS_REJECT_UNAUTHORIZED'];
      else process.env['NODE_TLS_REJECT_UNAUTHORIZED'] = before;
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function write(response: ServerResponse, answer: StandInAnswer): void {
  if (answer === 'silence') return;
  if (answer === 'hang up') response.socket?.destroy();
  else if (answer === 'no HTTP') response.socket?.end('this is no HTTP\r\n\r\n');
  else response.writeHead(answer.status, { 'content-type': 'application/json' }).end(answer.body ?? '');
}
