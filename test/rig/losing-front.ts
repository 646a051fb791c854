import { createServer, request } from 'node:http';
import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A proxy in front of a server, for clients whose connections break. */
export interface LosingFront {
  readonly url: string;
  /** The requests that reached the server, in order. */
  readonly delivered: readonly string[];
  /** The next responses are lost: the server has finished, and the client's connection breaks. */
  loseNext(answers: number): void;
  stop(): Promise<void>;
}

/** Passes every request on, and every response back, except those it was told to lose. */
export async function startLosingFront(serverUrl: string): Promise<LosingFront> {
  const delivered: string[] = [];
  let toLose = 0;
  const front = createServer((incoming, outgoing) => {
    void handOn(serverUrl, incoming).then((answer) => {
      delivered.push(`${incoming.method} ${incoming.url}`);
      if (toLose === 0) return giveBack(outgoing, answer);
      toLose -= 1;
      incoming.socket.destroy();
    });
  });
  await new Promise<void>((resolve) => front.listen(0, '127.0.0.1', () => resolve()));
  const { port } = front.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    delivered,
    loseNext(answers) {
      toLose = answers;
    },
    async stop() {
      front.closeAllConnections();
      await new Promise((resolve) => front.close(resolve));
    },
  };
}

interface Answer {
  readonly status: number;
  readonly headers: OutgoingHttpHeaders;
  readonly body: Buffer;
}

async function handOn(serverUrl: string, incoming: IncomingMessage): Promise<Answer> {
  const body = await bytesOf(incoming);
  const url = new URL(incoming.url ?? '/', serverUrl);
  return new Promise((resolve, reject) => {
    const onward = request(url, { method: incoming.method ?? 'GET', headers: incoming.headers, agent: false });
    onward.on('error', reject);
    onward.on('response', (answer) => {
      void bytesOf(answer).then((bytes) =>
        resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body: bytes }),
      );
    });
    onward.end(body);
  });
}

function giveBack(outgoing: ServerResponse, { status, headers, body }: Answer): void {
  const { connection: _connection, 'transfer-encoding': _encoding, ...kept } = headers;
  outgoing.writeHead(status, { ...kept, 'content-length': body.length }).end(body);
}

async function bytesOf(message: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
