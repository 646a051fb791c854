/**
 * What the bare servers of the bench share: plain `node:http`, with the driver and the statements of the built program.
 * Both sides run the same code, while this file's loader (tsx) adds work to every named closure that it translates.
 */
import { createServer } from 'node:http';
import type { IncomingMessage } from 'node:http';
import type * as PostgresDatabase from '../src/storage/postgres-database.ts';
import type { Database } from '../src/storage/sql.ts';

/** A module of the built program. */
export async function built<Module>(path: string): Promise<Module> {
  return (await import(new URL(`../dist/modules/${path}`, import.meta.url).href)) as Module;
}

export function variable(name: string): string {
  const value = process.env[name];
  if (value === undefined) throw new Error(`${name} is missing.`);
  return value;
}

export async function openBareDatabase({ isGrouping }: { readonly isGrouping: boolean }): Promise<Database> {
  const { openPostgresDatabase } = await built<typeof PostgresDatabase>('storage/postgres-database.js');
  return openPostgresDatabase({
    url: variable('DATABASE_URL'),
    poolSize: Number(variable('BENCH_POOL_SIZE')),
    isGrouping,
    random: Math.random,
    onError: (error) => console.error(error.message),
  });
}

/** Answers every request with the JSON that `answer` returns for it, until the process is interrupted. */
export function serveBare(answer: (request: IncomingMessage, body: Buffer) => Promise<Buffer>): void {
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const [only] = chunks;
      const body = chunks.length === 1 && only !== undefined ? only : Buffer.concat(chunks);
      answer(request, body).then(
        (reply) => {
          response.writeHead(200, { 'content-type': 'application/json', 'content-length': reply.length });
          response.end(reply);
        },
        (error: unknown) => {
          response.writeHead(500, { 'content-length': 0 });
          response.end();
          console.error(error);
        },
      );
    });
  });
  server.keepAliveTimeout = 65_000;
  server.listen(0, '127.0.0.1', () => {
    const address = server.address();
    if (typeof address !== 'object' || address === null) throw new Error('The server has no port.');
    console.log(`The bare server is ready at http://127.0.0.1:${address.port}`);
  });
  process.on('SIGINT', () => process.exit());
}
