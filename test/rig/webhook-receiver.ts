import { createServer } from 'node:http';
import type { IncomingHttpHeaders, ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';

export interface ReceivedWebhook {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  /** The unparsed body, for its signature. */
  readonly rawBody: string;
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- tests look into events of every shape
  readonly body: any;
}

export interface WebhookReceiver {
  readonly url: string;
  readonly port: number;
  readonly received: readonly ReceivedWebhook[];
  /** The response to the next ones; 200 at first. */
  answer(respond: (response: ServerResponse, webhook: ReceivedWebhook) => void): void;
  stop(): Promise<void>;
}

/** A tenant's server that receives webhooks, on loopback; with a certificate it speaks TLS. */
export async function startReceiver(tls?: { readonly key: string; readonly cert: string }): Promise<WebhookReceiver> {
  const received: ReceivedWebhook[] = [];
  let respond: (response: ServerResponse, webhook: ReceivedWebhook) => void = (response) => response.end();
  const server = tls === undefined ? createServer() : createTlsServer(tls);
  server.on('request', (request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const rawBody = Buffer.concat(chunks).toString();
      const webhook = {
        path: request.url ?? '',
        headers: request.headers,
        rawBody,
        body: JSON.parse(rawBody) as unknown,
      };
      received.push(webhook);
      respond(response, webhook);
    });
    response.on('error', () => undefined);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
  const { port } = server.address() as AddressInfo;
  return {
    url: `${tls === undefined ? 'http' : 'https'}://127.0.0.1:${port}`,
    port,
    received,
    answer(next) {
      respond = next;
    },
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
