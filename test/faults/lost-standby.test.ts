/** Worry: the database waits for a standby that is gone, and the node opens one connection after another for it. */
import { Client } from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ask, eventually } from '../rig/api.ts';
import { startPostgres } from '../rig/postgres.ts';
import type { OwnPostgresRig } from '../rig/postgres.ts';
import { startServer, testCredentials } from '../rig/server-process.ts';
import type { ServerProcess } from '../rig/server-process.ts';

const poolSize = 4;
const credentials = testCredentials();
let postgres: OwnPostgresRig;
let admin: Client;
let node: ServerProcess;
beforeAll(async () => {
  postgres = await startPostgres({ isDurable: true });
  const url = await postgres.createDatabase('standby');
  admin = new Client({ connectionString: url });
  await admin.connect();
  node = await startServer({
    ...credentials,
    DATABASE_URL: url,
    SALLYPORT_DATABASE_POOL_SIZE: String(poolSize),
    SALLYPORT_LOG_LEVEL: 'silent',
  });
});
afterAll(async () => {
  await node.kill9();
  await admin.end();
  await postgres.stop();
});

async function waitForStandby(name: string): Promise<void> {
  // Not replicated itself.
  await admin.query('set synchronous_commit = local');
  await admin.query(`alter system set synchronous_standby_names = '${name}'`);
  await admin.query('select pg_reload_conf()');
}

async function backends(): Promise<number> {
  const { rows } = await admin.query<{ n: number }>(
    `select count(*)::int as n from pg_stat_activity where application_name = 'sallyport'`,
  );
  return rows[0]?.n ?? 0;
}

let tracked = 0;
const track = () => {
  tracked += 1;
  return ask(node.url, 'POST', `/v1/users/u${tracked}/actions/pay`, {
    key: credentials.SALLYPORT_SECRET_KEY,
    body: { idempotencyKey: `k${tracked}` },
  });
};
const ready = async () => (await ask(node.url, 'GET', '/readyz')).status;

test('ruling 53: without its synchronous standby the database gets no further connections, the node is not ready, and both recover', async () => {
  expect((await track()).status).toBe(200);
  await waitForStandby('gone');
  // Longer than two connection timeouts.
  const until = performance.now() + 20_000;
  let most = 0;
  const statuses = new Set<number>();
  while (performance.now() < until) {
    const [reply, again] = await Promise.all([track(), track()]);
    for (const { status } of [reply, again]) statuses.add(status);
    most = Math.max(most, await backends());
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  expect([...statuses]).toEqual([503]);
  // The pool, the listener, the heartbeat, and the connection that supervises them.
  expect(most).toBeLessThanOrEqual(poolSize + 3);
  expect(await ready()).toBe(503);
  expect((await ask(node.url, 'GET', '/livez')).status).toBe(200);

  await waitForStandby('');
  await eventually('ready', { promisedMs: 20_000 }, ready, (status) => status === 200);
  await eventually(
    'answers',
    { promisedMs: 10_000 },
    async () => (await track()).status,
    (status) => status === 200,
  );
  // Requests that got 503 may have been executed: the same key finds the action.
  const { rows } = await admin.query<{ n: number }>('select count(*)::int as n from actions_by_month');
  expect(rows[0]?.n).toBeGreaterThan(2);
});
