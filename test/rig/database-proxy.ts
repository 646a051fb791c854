import { connect, createServer } from 'node:net';
import type { Server, Socket } from 'node:net';

/** A database connection that can be made slow, or lose every response. */
export interface DatabaseProxy {
  readonly url: string;
  delayMs: number;
  /** Statements arrive and are executed, but the connection breaks before the response. */
  losesAnswers: boolean;
  close(): void;
}

/** A proxy in front of the server of a database URL, on loopback. */
export async function databaseProxy(databaseUrl: string): Promise<DatabaseProxy> {
  const target = new URL(databaseUrl);
  const sockets = new Set<Socket>();
  const server: Server = createServer((incoming) => {
    const outgoing = connect(Number(target.port), target.hostname);
    const pairs = [
      [incoming, outgoing],
      [outgoing, incoming],
    ] as const;
    for (const [from, to] of pairs) {
      sockets.add(from);
      from.on('error', () => to.destroy());
      from.on('close', () => to.destroy());
      // Timers of the same length keep the order of the chunks.
      from.on('data', (bytes: Buffer) => {
        if (from === outgoing && proxy.losesAnswers) from.destroy();
        else if (from === incoming && proxy.delayMs > 0) setTimeout(() => to.write(bytes), proxy.delayMs);
        else to.write(bytes);
      });
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const url = new URL(databaseUrl);
  url.hostname = '127.0.0.1';
  url.port = String(typeof address === 'object' && address !== null ? address.port : 0);
  const proxy: DatabaseProxy = {
    url: url.href,
    delayMs: 0,
    losesAnswers: false,
    close() {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
  return proxy;
}
