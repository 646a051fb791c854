/** F32: a server that works for long needs no more memory than at first, and its event loop is free. */
import { Agent, request } from 'node:http';
import { describe, expect, onTestFinished, test } from 'vitest';
import { createPostgresDatabase } from '../../src/testkit/test-database.ts';
import { ask, basic, eventually, tries } from '../rig/api.ts';
import { startServer, testCredentials } from '../rig/server-process.ts';
import type { ServerProcess } from '../rig/server-process.ts';

const credentials = testCredentials();
const key = credentials.SALLYPORT_SECRET_KEY;
const preload = `--import ${new URL('../rig/memory-reporter.mjs', import.meta.url).href}`;

/** What a backend, a page and a stranger ask for, in turn. */
const requests: readonly (readonly [method: string, path: (user: string) => string, body: string, key: string])[] = [
  ['POST', (user) => `/v1/users/${user}/actions/pay`, '{"ipAddress":"203.0.113.7","custom":{"amount":5}}', key],
  ['GET', (user) => `/v1/users/${user}`, '', key],
  ['POST', () => '/v1/validate', '{"token":"no token"}', key],
  ['PATCH', (user) => `/v1/users/${user}`, '{"displayName":"Somebody"}', key],
  ['GET', () => '/v1/nothing', '', ''],
  ['GET', () => '/challenge?token=none', '', ''],
];

/** Makes so many requests, sixteen at a time, for a few hundred users. */
async function work({ url }: ServerProcess, count: number): Promise<void> {
  const agent = new Agent({ keepAlive: true, maxSockets: 16 });
  let made = 0;
  const call = (number: number) =>
    new Promise<void>((resolve, reject) => {
      const [method, path, body, as] = requests[number % requests.length] ?? ['GET', () => '/livez', '', ''];
      const outgoing = request(
        `${url}${path(`u-${number % 300}`)}`,
        {
          agent,
          method,
          headers: {
            ...(as === '' ? {} : { authorization: basic(as) }),
            ...(body === '' ? {} : { 'content-type': 'application/json', 'content-length': body.length }),
          },
        },
        (response) => response.resume().on('end', () => resolve()),
      );
      outgoing.on('error', reject).end(body);
    });
  await Promise.all(
    Array.from({ length: 16 }, async () => {
      while (made < count) await call((made += 1));
    }),
  );
  agent.destroy();
}

/** The bytes that the heap needs when all that can be collected is. */
async function heapBytes(server: ServerProcess): Promise<number> {
  const before = server.output().length;
  server.signal('SIGUSR2');
  const read = () => /heap (\d+)\n/.exec(server.output().slice(before))?.[1];
  return Number(
    await eventually(
      'it reports',
      10_000,
      async () => read(),
      (bytes) => bytes !== undefined,
    ),
  );
}

async function start(more: Readonly<Record<string, string>> = {}): Promise<ServerProcess> {
  const server = await startServer({
    ...credentials,
    DATABASE_URL: await createPostgresDatabase(),
    SALLYPORT_LOG_LEVEL: 'error',
    ...more,
  });
  onTestFinished(() => server.stop());
  return server;
}

describe('F32: a server that works for long', () => {
  test('keeps nothing of the requests that it has answered', async () => {
    const server = await start({ NODE_OPTIONS: `--expose-gc ${preload}` });
    const perRound = tries(1_000, 100_000);
    await work(server, perRound * 2);
    const first = await heapBytes(server);
    await work(server, perRound * 2);
    const last = await heapBytes(server);
    // A leak of one small object for each request would be more.
    expect((last - first) / (perRound * 2)).toBeLessThan(tries(500, 20));
  }, 600_000);

  test.runIf(process.env['TEST_LONG'] !== undefined)(
    'for an hour grows by less than 1 MB, and its event loop is late by less than 50 ms',
    async () => {
      const server = await start();
      const minutes = 60;
      const metric = async (name: string) =>
        Number(new RegExp(`^${name} (\\S+)$`, 'm').exec((await ask(server.url, 'GET', '/metrics')).text)?.[1]);
      const samples: { readonly hours: number; readonly megabytes: number }[] = [];
      const lags: number[] = [];
      for (let minute = -10; minute < minutes; minute += 1) {
        const endMs = performance.now() + 60_000;
        // Far below capacity: what is measured is whether it grows.
        while (performance.now() < endMs) {
          await work(server, 200);
          await new Promise((resolve) => setTimeout(resolve, 1_000));
        }
        if (minute < 0) continue;
        samples.push({ hours: minute / 60, megabytes: (await metric('process_resident_memory_bytes')) / 1e6 });
        lags.push(await metric('nodejs_eventloop_lag_p99_seconds'));
      }
      expect(slope(samples)).toBeLessThan(1);
      expect(lags.sort((one, other) => one - other)[Math.floor(lags.length / 2)]).toBeLessThan(0.05);
    },
    90 * 60_000,
  );
});

/** Megabytes an hour, by least squares. */
function slope(samples: readonly { readonly hours: number; readonly megabytes: number }[]): number {
  const mean = (of: (sample: (typeof samples)[number]) => number) =>
    samples.reduce((sum, sample) => sum + of(sample), 0) / samples.length;
  const [hours, megabytes] = [mean((sample) => sample.hours), mean((sample) => sample.megabytes)];
  return (
    mean((sample) => (sample.hours - hours) * (sample.megabytes - megabytes)) /
    mean((sample) => (sample.hours - hours) ** 2)
  );
}
