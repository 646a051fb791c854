/** Worry: the primary fails, its standby takes over, and the node has to be restarted or reconfigured. */
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ask, eventually } from '../rig/api.ts';
import { startPostgres } from '../rig/postgres.ts';
import type { OwnPostgresRig, Standby } from '../rig/postgres.ts';
import { runProgram } from '../rig/run-program.ts';
import { startServer, testCredentials } from '../rig/server-process.ts';
import type { ServerProcess } from '../rig/server-process.ts';

const credentials = testCredentials();
const { SALLYPORT_SECRET_KEY: key } = credentials;

// Two servers of its own: this takes minutes where other tests take seconds.
describe.runIf(process.env['TEST_LONG'] !== undefined)('ruling 53: a pair of servers', () => {
  let primary: OwnPostgresRig;
  let standby: Standby;
  let node: ServerProcess;
  beforeAll(async () => {
    primary = await startPostgres({ isDurable: true });
    const url = new URL(await primary.createDatabase('pair'));
    standby = await primary.startStandby();
    const admin = new Client({ connectionString: url.href });
    await admin.connect();
    // Acknowledged commits are on both servers.
    await admin.query(`alter system set synchronous_standby_names = 'standby'`);
    await admin.query('select pg_reload_conf()');
    await admin.end();
    node = await startServer({
      ...credentials,
      DATABASE_URL: `postgres://postgres@${url.host},${new URL(standby.url()).host}/pair?target_session_attrs=read-write`,
      SALLYPORT_LOG_LEVEL: 'silent',
    });
  });
  afterAll(async () => {
    await node.stop();
    await standby.stop();
    await primary.stop();
  });

  const track = async (idempotencyKey: string) =>
    ask(node.url, 'POST', '/v1/users/alice/actions/pay', { key, body: { idempotencyKey } });

  test('a standby alone is refused at startup in one sentence', async () => {
    const run = await runProgram(['serve'], { ...credentials, DATABASE_URL: standby.url('pair'), SALLYPORT_PORT: '0' });
    expect([run.code, run.stderr]).toEqual([1, expect.stringMatching(/^sallyport: .*hot standby or read-only.*\n$/)]);
  });

  test('the node continues with the new primary without a restart, and no acknowledged write is lost', async () => {
    const acknowledged: string[] = [];
    for (let n = 0; n < 50; n += 1) {
      if ((await track(`before-${n}`)).status === 200) acknowledged.push(`before-${n}`);
    }
    expect(acknowledged).toHaveLength(50);
    await primary.kill9();
    expect((await track('between')).status).toBe(503);
    const admin = new Client({ connectionString: standby.url('pair') });
    await admin.connect();
    await admin.query(`alter system set synchronous_standby_names = ''`).catch(() => undefined);
    await admin.query('select pg_promote()');
    await admin.query(`alter system set synchronous_standby_names = ''`);
    await admin.query('select pg_reload_conf()');
    await admin.end();
    await eventually(
      'the new primary',
      { promisedMs: 30_000 },
      async () => (await track('after')).status,
      (status) => status === 200,
    );
    const { body } = await ask(node.url, 'GET', '/v1/users/alice/actions', { key });
    const keys = (body as readonly { readonly idempotencyKey: string }[]).map(({ idempotencyKey }) => idempotencyKey);
    expect(keys).toEqual(expect.arrayContaining(acknowledged));
    await eventually(
      'ready',
      { promisedMs: 15_000 },
      async () => (await ask(node.url, 'GET', '/readyz')).status,
      (status) => status === 200,
    );
  });
});
