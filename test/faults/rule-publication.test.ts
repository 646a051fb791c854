/** Worry: nodes of one installation decide by different rules. */
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createPostgresDatabase } from '../../src/testkit/test-database.ts';
import { startServer, testCredentials } from '../rig/server-process.ts';
import type { ServerProcess } from '../rig/server-process.ts';

const credentials = testCredentials();
const basic = (key: string) => `Basic ${Buffer.from(`${key}:`).toString('base64')}`;

describe('two server processes on one PostgreSQL', () => {
  let url: string;
  let nodes: readonly ServerProcess[];
  beforeAll(async () => {
    url = await createPostgresDatabase();
    const first = await startServer({ ...credentials, DATABASE_URL: url });
    nodes = [first, await startServer({ ...credentials, DATABASE_URL: url })];
  });
  afterAll(async () => {
    for (const node of nodes) await node.stop();
  });

  async function manage(node: ServerProcess, method: string, path: string, body: unknown) {
    const response = await fetch(`${node.url}/v1/management${path}`, {
      method,
      headers: { authorization: basic(credentials.SALLYPORT_MANAGEMENT_KEY), 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    expect(response.status).toBe(200);
  }

  async function stateOn(node: ServerProcess): Promise<string> {
    const response = await fetch(`${node.url}/v1/users/alice/actions/pay`, {
      method: 'POST',
      headers: { authorization: basic(credentials.SALLYPORT_SECRET_KEY) },
    });
    return ((await response.json()) as { state: string }).state;
  }

  /** Milliseconds until the node decides by the new rules. */
  async function msUntil(node: ServerProcess, state: string): Promise<number> {
    const startedMs = performance.now();
    while ((await stateOn(node)) !== state) {
      if (performance.now() - startedMs > 20_000) throw new Error(`The node never decided ${state}.`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    return performance.now() - startedMs;
  }

  test('F22: a rule that one node publishes decides on the other at once, and within one poll if the notification is lost', async () => {
    const [one, two] = nodes;
    if (one === undefined || two === undefined) throw new Error('Two nodes are needed.');
    await manage(one, 'POST', '/action-configurations', { actionCode: 'pay', defaultUserActionResult: 'ALLOW' });
    expect(await stateOn(one), 'the node that changed the rule applies it at once').toBe('ALLOW');
    await msUntil(two, 'ALLOW');

    // Every listener is disconnected and has to reconnect; notifications in the meantime are lost.
    const admin = new Client({ connectionString: url });
    await admin.connect();
    const { rowCount } = await admin.query(
      `select pg_terminate_backend(pid) from pg_stat_activity
       where datname = current_database() and pid <> pg_backend_pid() and query ilike 'listen%'`,
    );
    expect(rowCount, 'there were listeners to cut off').toBeGreaterThan(0);
    await admin.query(
      `update action_configurations set default_result = 'BLOCK', rule_set_hash = null where action_code = 'pay'`,
    );
    // Without any NOTIFY: only the poll can find it.
    await admin.query(`update tenants set config_version = nextval('config_versions')`);
    await admin.end();
    const waits = await Promise.all([msUntil(one, 'BLOCK'), msUntil(two, 'BLOCK')]);
    // The poll runs every five seconds; the rest is for a busy machine.
    for (const waitMs of waits) expect(waitMs).toBeLessThan(10_000);
  });
});
