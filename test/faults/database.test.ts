/** F09, F06: a database without a free connection, or one that goes away and comes back. */
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DatabaseUnavailable } from '../../src/storage/sql.ts';
import { faultyDatabase } from '../../src/testkit/faulty-database.ts';
import { testApp } from '../../src/testkit/test-app.ts';
import { createPostgresDatabase, testDatabase } from '../../src/testkit/test-database.ts';
import { ask, eventually, promisedMs } from '../rig/api.ts';
import { startPostgres } from '../rig/postgres.ts';
import type { OwnPostgresRig } from '../rig/postgres.ts';
import { runHere } from '../rig/run-here.ts';
import { runProgram } from '../rig/run-program.ts';
import { startServer, testCredentials } from '../rig/server-process.ts';
import type { ServerProcess } from '../rig/server-process.ts';

const credentials = testCredentials();
const key = credentials.SALLYPORT_SECRET_KEY;

describe('F09: with every connection of the pool in use', () => {
  let server: ServerProcess;
  let blocker: Client;
  beforeAll(async () => {
    const url = await createPostgresDatabase();
    server = await startServer({
      ...credentials,
      DATABASE_URL: url,
      SALLYPORT_DATABASE_POOL_SIZE: '3',
      SALLYPORT_LOG_LEVEL: 'silent',
    });
    blocker = new Client({ connectionString: url });
    await blocker.connect();
  });
  afterAll(async () => {
    await blocker.end();
    await server.stop();
  });

  test('requests get 503 with Retry-After in time, health reports the truth, and everything works again as soon as they are free', async () => {
    const read = () => ask(server.url, 'GET', '/v1/users/x', { key });
    const track = () => ask(server.url, 'POST', '/v1/users/x/actions/a', { key, body: {} });
    expect((await track()).status).toBe(200);
    await blocker.query('begin');
    await blocker.query('lock table users, actions, authenticators in access exclusive mode');
    const pool = (now: RegExp) =>
      eventually(String(now), 3_000, async () => (await ask(server.url, 'GET', '/metrics')).text, now.test.bind(now));
    const holding = Promise.all(Array.from({ length: 6 }, track));
    await pool(/sallyport_database_pool\{what="idle"\} 0/);

    const asked = Promise.all(Array.from({ length: 20 }, (_, index) => (index % 2 === 0 ? read() : track())));
    await pool(/sallyport_database_pool\{what="waiting"\} [1-9]/);
    const [live, ready] = await Promise.all([ask(server.url, 'GET', '/livez'), ask(server.url, 'GET', '/readyz')]);
    expect(live.status).toBe(200);
    expect(live.ms).toBeLessThan(promisedMs(500));
    expect([ready.status, ready.body.missing]).toEqual([503, ['database']]);

    const waiting = await asked;
    for (const reply of waiting) {
      expect([reply.status, reply.body.errorCode]).toEqual([503, 'unavailable']);
      expect(reply.headers.get('retry-after')).toMatch(/^[123]$/);
    }
    // A second for a connection; requests that got one wait two more for the lock.
    expect(Math.min(...waiting.map(({ ms }) => ms))).toBeLessThan(promisedMs(1_500));
    expect(Math.max(...waiting.map(({ ms }) => ms))).toBeLessThan(promisedMs(4_000));

    expect((await ask(server.url, 'GET', '/metrics')).text).toMatch(/sallyport_sheds_total [1-9]/);
    expect((await holding).every(({ status }) => status === 503)).toBe(true);

    await blocker.query('rollback');
    await eventually('tracking works', { promisedMs: 1_000 }, track, ({ status }) => status === 200);
    expect((await ask(server.url, 'GET', '/readyz')).status).toBe(200);
  });
});

test('F42: a node whose check for changed keys failed is ready at the first probe after the database is back', async () => {
  const database = faultyDatabase(await testDatabase('embedded'));
  const app = await testApp('embedded', { db: database });
  const ready = async () => {
    const { status, body } = await app.call('GET', '/readyz', { key: null });
    return [status, body.missing];
  };
  database.fault = new DatabaseUnavailable('A pause made by the test.');
  await app.runtime.advance(5_000);
  expect(app.app.context.published.status().isCurrent).toBe(false);
  expect(await ready()).toEqual([503, ['database']]);
  database.fault = undefined;
  expect(await ready()).toEqual([200, []]);
  await app.close();
});

describe('F06: a database that is killed under load', () => {
  let postgres: OwnPostgresRig;
  let server: ServerProcess;
  let url: string;
  beforeAll(async () => {
    postgres = await startPostgres({ isDurable: true });
    url = await postgres.createDatabase('restarted');
    server = await startServer({ ...credentials, DATABASE_URL: url, SALLYPORT_LOG_LEVEL: 'warn' });
  });
  afterAll(async () => {
    await server.stop();
    await postgres.stop();
  });

  test('requests get 503 and nothing worse, and five seconds after its return everything works without a restart', async () => {
    const seen: { readonly status: number; readonly ms: number; readonly atMs: number }[] = [];
    let isOver = false;
    const load = Promise.all(
      Array.from({ length: 8 }, async (_, lane) => {
        for (let number = 0; !isOver; number += 1) {
          const reply = await ask(server.url, 'POST', `/v1/users/lane-${lane}/actions/a`, { key, body: {} });
          seen.push({ status: reply.status, ms: reply.ms, atMs: performance.now() });
          // Enough to meet every moment; without a pause it would take a processor from the database.
          await new Promise((resolve) => setTimeout(resolve, 50));
        }
      }),
    );
    await new Promise((resolve) => setTimeout(resolve, 500));
    await postgres.kill9();
    const ready = await eventually(
      'not ready',
      { promisedMs: 2_000 },
      () => ask(server.url, 'GET', '/readyz'),
      ({ status }) => status === 503,
    );
    expect(ready.body.missing).toContain('database');
    expect((await ask(server.url, 'GET', '/livez')).status).toBe(200);
    const refused = await ask(server.url, 'GET', '/v1/users/x', { key });
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, expect.stringMatching(/^[123]$/)]);

    await postgres.restart();
    const backMs = performance.now();
    const lastRefusedMs = () => Math.max(backMs, ...seen.map(({ status, atMs }) => (status === 200 ? 0 : atMs)));
    await eventually(
      'for a second nobody is refused',
      { promisedMs: 6_000 },
      () => Promise.resolve(performance.now() - lastRefusedMs()),
      (calmMs) => calmMs > 1_000,
    );
    isOver = true;
    await load;
    expect(new Set(seen.map(({ status }) => status))).toEqual(new Set([200, 503]));
    expect(Math.max(...seen.map(({ ms }) => ms))).toBeLessThan(promisedMs(5_000));
    expect(seen.filter(({ atMs }) => atMs > lastRefusedMs()).length).toBeGreaterThan(10);
    expect((await ask(server.url, 'GET', '/readyz')).status).toBe(200);

    // The listener is back too; if not, the poll loads the change.
    const made = await runHere(['keys', 'create'], { ...credentials, DATABASE_URL: url });
    const newKey = /Key: +(\S+)/.exec(made.stdout)?.[1] ?? '';
    await eventually(
      'the new key works',
      { promisedMs: 5_500 },
      () => ask(server.url, 'GET', '/v1/users/x', { key: newKey }),
      ({ status }) => status === 200,
    );
  });

  test('every connection terminated by an operator is replaced within a request or two', async () => {
    const admin = new Client({ connectionString: url });
    await admin.connect();
    for (let round = 0; round < 5; round += 1) {
      await admin.query("select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'sallyport'");
      const look = () => ask(server.url, 'POST', '/v1/users/x/actions/a', { key, body: {} });
      const replies = await Promise.all(Array.from({ length: 10 }, look));
      expect(replies.every(({ status }) => status === 200 || status === 503)).toBe(true);
      await eventually('it answers', { promisedMs: 2_000 }, look, ({ status }) => status === 200);
    }
    await admin.end();
    expect(server.output()).not.toMatch(/"level":50/);
  });

  test('if it is down when a server starts, one sentence says so, with exit code 1', async () => {
    await postgres.kill9();
    const run = await runProgram(['serve'], { ...credentials, DATABASE_URL: url, SALLYPORT_PORT: '0' });
    expect(run.code).toBe(1);
    expect(run.stderr).toMatch(/^sallyport: The database does not answer: .*\n$/);
    expect(run.stdout).not.toContain('ready');
    await postgres.restart();
  });
});
