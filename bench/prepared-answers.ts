/** Requests that were prepared one by one, and how fast they are answered: each can be answered once. */
import { request as httpRequest } from 'node:http';
import type { Agent } from 'node:http';
import type { Credentials } from './seed-database.ts';
import type { BenchServer } from './server-process.ts';
import { percentile } from './statistics.ts';

/** A request, and the token that it is sent with. */
export interface PreparedRequest {
  readonly token: string;
  readonly body: string;
}

export interface Slice {
  readonly answersPerSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

export type Call = (
  server: BenchServer,
  path: string,
  authorization: string,
  body: string,
) => Promise<{ readonly text: string }>;

/** Posts JSON over kept-alive connections. @throws for any status but 200 */
export function caller(agent: Agent): Call {
  return (server, path, authorization, body) =>
    new Promise((resolve, reject) => {
      const headers = {
        authorization,
        'content-type': 'application/json',
        'content-length': Buffer.byteLength(body),
      };
      const request = httpRequest(`${server.url}${path}`, { agent, method: 'POST', headers }, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () => {
          const text = Buffer.concat(chunks).toString('utf8');
          if (response.statusCode === 200) resolve({ text });
          else reject(new Error(`${path} answered ${String(response.statusCode)}: ${text}`));
        });
      });
      request.on('error', reject);
      request.end(body);
    });
}

export async function eachAtOnce<Item>(items: readonly Item[], lanes: number, work: (item: Item) => Promise<void>) {
  let next = 0;
  await Promise.all(
    Array.from({ length: lanes }, async () => {
      for (let item = items[next++]; item !== undefined; item = items[next++]) await work(item);
    }),
  );
}

export const serverKey = ({ SALLYPORT_SECRET_KEY: key }: Credentials) =>
  `Basic ${Buffer.from(`${key}:`).toString('base64')}`;

export async function measure<Prepared extends PreparedRequest>(
  call: Call,
  prepared: readonly Prepared[],
  connections: number,
  target: (each: Prepared) => readonly [BenchServer, string],
): Promise<Slice> {
  const latenciesMs: number[] = [];
  const startedMs = performance.now();
  await eachAtOnce(prepared, connections, async (each) => {
    const [server, path] = target(each);
    const sentMs = performance.now();
    await call(server, path, `Bearer ${each.token}`, each.body);
    latenciesMs.push(performance.now() - sentMs);
  });
  const tookMs = performance.now() - startedMs;
  const sorted = Float64Array.from(latenciesMs).sort();
  return {
    answersPerSecond: (prepared.length * 1000) / tookMs,
    p50Ms: percentile(sorted, 0.5),
    p99Ms: percentile(sorted, 0.99),
  };
}
