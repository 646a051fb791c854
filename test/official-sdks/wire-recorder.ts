import { createServer } from 'node:http';

export interface WireRecorder {
  readonly apiUrl: string;
  /** Runs a call of an SDK and returns what it sent: method and request target. */
  record(call: () => Promise<unknown>): Promise<string>;
  close(): Promise<void>;
}

/** A server that answers `{}` to everything and records the requests. */
export async function wireRecorder(): Promise<WireRecorder> {
  let lines: string[] = [];
  const server = createServer((request, response) => {
    lines.push(`${request.method ?? ''} ${request.url ?? ''}`);
    request.resume();
    response.setHeader('content-type', 'application/json');
    response.end('{}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The recorder has no port.');
  return {
    apiUrl: `http://127.0.0.1:${address.port}/v1`,
    async record(call) {
      lines = [];
      await call();
      return lines.join('\n');
    },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
