/** A deleted user's past does not come back, and does not take the next user's along, whatever happens meanwhile. */
import { Client } from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createPostgresDatabase } from '../../src/testkit/test-database.ts';
import { ask, eventually } from '../rig/api.ts';
import { startServer, testCredentials } from '../rig/server-process.ts';
import type { ServerProcess } from '../rig/server-process.ts';

const credentials = testCredentials();
const key = credentials.SALLYPORT_SECRET_KEY;
const past = 60_000;
const keysReused = 100;

let database: Client;
let variables: Readonly<Record<string, string>>;
let node: ServerProcess;
beforeAll(async () => {
  const url = await createPostgresDatabase();
  database = new Client({ connectionString: url });
  await database.connect();
  variables = { ...credentials, DATABASE_URL: url, SALLYPORT_LOG_LEVEL: 'silent' };
  node = await startServer(variables);
});
afterAll(async () => {
  await node.stop();
  await database.end();
});

const track = (idempotencyKey: string) =>
  ask(node.url, 'POST', '/v1/users/giant/actions/pay', { key, body: { idempotencyKey, deviceId: 'phone' } });

async function count(where: string): Promise<number> {
  const { rows } = await database.query<{ n: number }>(`select count(*)::int as n from ${where}`);
  return rows[0]?.n ?? -1;
}

test(`a user with ${past} actions is deleted, and the same user id, code and keys are tracked while a job removes them and after kill -9: all are new, without an old fact, and none is removed`, async () => {
  expect((await track('first')).status).toBe(200);
  const body = { state: 'CHALLENGE_SUCCEEDED' };
  const set = await ask(node.url, 'PATCH', '/v1/users/giant/actions/pay/first', { key, body });
  expect(set.status, set.text).toBe(200);
  await database.query(`
    create temporary table made as
    select overlay(gen_random_uuid()::text placing left(a.action_id::text, 15) from 1)::uuid as action_id, n
    from actions_by_month a, generate_series(1, ${past}) as n;
    insert into actions_by_month (tenant_id, user_id, owner_id, action_code, idempotency_key, action_id, state, created_at,
      updated_at, state_updated_at, decision, verified_at, device_id, is_tracked)
    select a.tenant_id, a.user_id, a.owner_id, a.action_code, 'key-' || m.n, m.action_id, a.state, a.created_at,
      a.updated_at, a.state_updated_at, a.decision, a.verified_at, a.device_id, true
    from made m, actions_by_month a where a.idempotency_key = 'first';
    insert into action_keys (tenant_id, owner_id, action_code, idempotency_key, action_id)
    select a.tenant_id, a.owner_id, a.action_code, 'key-' || m.n, m.action_id
    from made m, actions_by_month a where a.idempotency_key = 'first';
  `);
  const before = await ask(node.url, 'POST', '/v1/users/giant/actions/pay', { key, body: { idempotencyKey: 'key-1' } });
  expect(before.body.state).toBe('CHALLENGE_SUCCEEDED');

  expect((await ask(node.url, 'DELETE', '/v1/users/giant', { key })).status).toBe(200);
  const tracked: string[] = [];
  const trackSome = async (from: number) => {
    for (let number = from; number < from + keysReused; number += 1) {
      const reply = await track(`key-${number}`);
      expect([reply.status, reply.body.state]).toEqual([200, 'CHALLENGE_REQUIRED']);
      tracked.push(`key-${number}`);
    }
  };
  await trackSome(1);
  // In the midst of the job's work, or as near to it as this machine gets.
  await eventually(
    'the job has begun',
    30_000,
    () => count(`actions_by_month where state = 'CHALLENGE_SUCCEEDED'`),
    (left) => left < past - 4_000,
    10,
  );
  await node.kill9();
  const left = await count(`actions_by_month where state = 'CHALLENGE_SUCCEEDED'`);
  node = await startServer(variables);
  await trackSome(past - keysReused);

  const explained = await ask(node.url, 'GET', `/v1/users/giant/actions/pay/key-1/explain`, { key });
  expect(explained.status, explained.text).toBe(200);
  await eventually(
    'all of the first user is gone',
    60_000,
    () => count(`actions_by_month where state = 'CHALLENGE_SUCCEEDED'`),
    (rows) => rows === 0,
    50,
  );
  expect(left, 'the kill was before the end').toBeGreaterThan(0);
  expect(await count(`actions_by_month where user_id = 'giant'`)).toBe(tracked.length);
  // A batch of actions is gone before its keys are.
  const keysLeft = () => count('action_keys');
  await eventually('their keys are gone', 30_000, keysLeft, (rows) => rows <= tracked.length, 50);
  expect(await keysLeft()).toBe(tracked.length);
  await eventually(
    'their marks are gone',
    30_000,
    () => count('user_marks'),
    (rows) => rows === 0,
    50,
  );
  const listed = await ask(node.url, 'GET', '/v1/users/giant/actions', { key });
  expect(listed.body.map(({ idempotencyKey }: { idempotencyKey: string }) => idempotencyKey).sort()).toEqual(
    tracked.sort(),
  );
}, 180_000);
