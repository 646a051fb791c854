/** Two server processes on one real PostgreSQL: what only one request may win is decided by the database (house, habit 9). */
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createPostgresDatabase } from '../../src/testkit/test-database.ts';
import { ask, eventually, tries } from '../rig/api.ts';
import type { ApiReply } from '../rig/api.ts';
import { runProgram } from '../rig/run-program.ts';
import { startServer, testCredentials } from '../rig/server-process.ts';
import type { ServerProcess } from '../rig/server-process.ts';

const credentials = testCredentials();
const key = credentials.SALLYPORT_SECRET_KEY;
const triesPerRace = tries(200, 1_000);

let database: Client;
let databaseUrl: string;
let nodes: readonly ServerProcess[];

beforeAll(async () => {
  databaseUrl = await createPostgresDatabase();
  const variables = {
    ...credentials,
    DATABASE_URL: databaseUrl,
    SALLYPORT_LOG_LEVEL: 'warn',
    SALLYPORT_PUBLIC_URL: 'http://localhost:4000',
  };
  nodes = await Promise.all([startServer(variables), startServer(variables)]);
  database = new Client({ connectionString: databaseUrl });
  await database.connect();
});
afterAll(async () => {
  await Promise.all(nodes.map((node) => node.stop()));
  await database.end();
});

/**
 * Sends to both nodes in turn, a hundred at once. A node that has no room answers 503 and is asked again, as its callers
 * are told to.
 */
async function atOnce(total: number, send: (url: string, index: number) => Promise<ApiReply>): Promise<ApiReply[]> {
  const replies: ApiReply[] = [];
  let next = 0;
  async function sendInTurn(): Promise<void> {
    for (let index = next; index < total; index = next) {
      next += 1;
      const url = nodes[index % nodes.length]?.url ?? '';
      let reply = await send(url, index);
      for (let repeats = 0; reply.status === 503 && repeats < 30; repeats += 1) {
        await new Promise((resolve) => setTimeout(resolve, 100));
        reply = await send(url, index);
      }
      replies[index] = reply;
    }
  }
  await Promise.all(Array.from({ length: Math.min(total, 100) }, sendInTurn));
  return replies;
}

async function count(table: string, userId: string): Promise<number> {
  const { rows } = await database.query<{ n: number }>(`select count(*)::int as n from ${table} where user_id = $1`, [
    userId,
  ]);
  return rows[0]?.n ?? -1;
}

function withoutToken({ body }: ApiReply): unknown {
  const { token, url, ...rest } = body as { token: string; url: string };
  expect(url).toContain(token);
  return rest;
}

describe('A42', () => {
  test('concurrent tracks with one idempotency key make one action and equal answers but for token and url', async () => {
    const replies = await atOnce(triesPerRace, (url) =>
      ask(url, 'POST', '/v1/users/racer/actions/withdrawFunds', {
        key,
        body: { idempotencyKey: 'once', custom: { amount: 5 }, email: 'racer@example.com' },
      }),
    );
    expect(new Set(replies.map(({ status }) => status))).toEqual(new Set([200]));
    expect(new Set(replies.map((reply) => JSON.stringify(withoutToken(reply)))).size).toBe(1);
    expect(new Set(replies.map(({ body }) => body.token)).size).toBe(triesPerRace);
    expect([await count('actions', 'racer'), await count('users', 'racer')]).toEqual([1, 1]);
    // Every one of the tokens is of the one action.
    for (const reply of [replies[0], replies.at(-1)]) {
      const validated = await ask(nodes[0]?.url ?? '', 'POST', '/v1/validate', {
        key,
        body: { token: reply?.body.token },
      });
      expect(validated.body).toMatchObject({ state: 'CHALLENGE_REQUIRED', idempotencyKey: 'once' });
    }
  });

  test('concurrent first tracks of one new user make one user and each their own action', async () => {
    const replies = await atOnce(triesPerRace, (url, index) =>
      ask(url, 'POST', '/v1/users/newcomer/actions/signIn', { key, body: { idempotencyKey: `k-${index}` } }),
    );
    expect(new Set(replies.map(({ status }) => status))).toEqual(new Set([200]));
    expect([await count('users', 'newcomer'), await count('actions', 'newcomer')]).toEqual([1, triesPerRace]);
  });

  test('keys of many users that both nodes track at once, one of them held up, make one action each', async () => {
    const users = 40;
    const userIdOf = (index: number) => `grouped-${Math.floor(index / 2) % users}`;
    await database.query('begin');
    // What a deletion holds while it runs: tracks of this user wait for it, and those that left together with them.
    await database.query(`select pg_advisory_xact_lock(hashtextextended($1::uuid::text || $2::text, 0))`, [
      credentials.SALLYPORT_TENANT_ID,
      'grouped-7',
    ]);
    const all = atOnce(users * 4, (url, index) =>
      ask(url, 'POST', `/v1/users/${userIdOf(index)}/actions/withdrawFunds`, {
        key,
        body: { idempotencyKey: `k-${Math.floor(index / (users * 2))}`, deviceId: 'new-device' },
      }),
    );
    await new Promise((resolve) => setTimeout(resolve, 500));
    await database.query('commit');
    const replies = await all;
    expect(new Set(replies.map(({ status }) => status))).toEqual(new Set([200]));
    // Neighbours have the same key, and went to different nodes.
    for (let index = 0; index < replies.length; index += 2) {
      const [one, other] = [replies[index], replies[index + 1]];
      if (one === undefined || other === undefined) throw new Error('An answer is missing.');
      expect(withoutToken(one)).toEqual(withoutToken(other));
    }
    const { rows } = await database.query(
      `select count(*)::int as actions, count(distinct user_id)::int as users from actions where user_id like 'grouped-%'`,
    );
    expect(rows).toEqual([{ actions: users * 2, users }]);
    expect(await count('devices', 'grouped-7')).toBe(1);
  });

  test('concurrent first sights of one action make one configuration', async () => {
    await atOnce(40, (url, index) => ask(url, 'POST', `/v1/users/sight-${index}/actions/brandNew`, { key, body: {} }));
    const { rows } = await database.query("select 1 from action_configurations where action_code = 'brandNew'");
    expect(rows).toHaveLength(1);
  });

  test('one key for other users, actions and tenants is another action each', async () => {
    const made = await runProgram(['tenants', 'create', '--name', 'Second'], {
      ...credentials,
      DATABASE_URL: databaseUrl,
    });
    const otherKey = /Secret key: +(\S+)/.exec(made.stdout)?.[1] ?? '';
    for (const { url } of nodes) {
      const look = () => ask(url, 'GET', '/v1/authenticators', { key: otherKey });
      await eventually('the new tenant is known', 5_500, look, ({ status }) => status === 200);
    }
    const asked = [
      [key, '/v1/users/one/actions/a'],
      [key, '/v1/users/two/actions/a'],
      [key, '/v1/users/one/actions/b'],
      [otherKey, '/v1/users/one/actions/a'],
    ] as const;
    for (const [keyOfTenant, path] of asked) {
      const body = { idempotencyKey: 'shared' };
      const first = await ask(nodes[0]?.url ?? '', 'POST', path, { key: keyOfTenant, body });
      expect(first.status, path).toBe(200);
    }
    await ask(nodes[0]?.url ?? '', 'PATCH', '/v1/users/one/actions/a/shared', { key, body: { state: 'BLOCK' } });
    const states = await Promise.all(
      asked.map(
        async ([keyOfTenant, path]) =>
          (await ask(nodes[1]?.url ?? '', 'GET', `${path}/shared`, { key: keyOfTenant })).body.state,
      ),
    );
    expect(states).toEqual(['BLOCK', 'CHALLENGE_REQUIRED', 'CHALLENGE_REQUIRED', 'CHALLENGE_REQUIRED']);
    const { rows } = await database.query("select distinct action_id from actions where idempotency_key = 'shared'");
    expect(rows).toHaveLength(4);
  });

  test.each(['emoji-😀👩‍👩‍👧', "';--", 'ключ', '\u202e'])('the key %j is a key like any other', async (idempotencyKey) => {
    const track = () => ask(nodes[0]?.url ?? '', 'POST', '/v1/users/keys/actions/a', { key, body: { idempotencyKey } });
    expect(withoutToken(await track())).toEqual(withoutToken(await track()));
    const read = await ask(
      nodes[1]?.url ?? '',
      'GET',
      `/v1/users/keys/actions/a/${encodeURIComponent(idempotencyKey)}`,
      { key },
    );
    expect(read.body).toMatchObject({ idempotencyKey, state: 'CHALLENGE_REQUIRED' });
  });

  test.each(['../x', '..', 'a/b', 'a?b', 'a#b', '%2e', '\\', '\n', ''])(
    'the key %j is refused',
    async (idempotencyKey) => {
      const reply = await ask(nodes[0]?.url ?? '', 'POST', '/v1/users/keys/actions/a', {
        key,
        body: { idempotencyKey },
      });
      expect([reply.status, reply.body.errorCode]).toEqual([400, 'invalid_request']);
    },
  );
});

describe('races for one user', () => {
  test('concurrent first enrolments of one method make one authenticator and one set of recovery codes', async () => {
    const replies = await atOnce(20, (url) =>
      ask(url, 'POST', '/v1/users/enroller/authenticators', {
        key,
        body: { verificationMethod: 'SMS', phoneNumber: '+6427123456' },
      }),
    );
    expect(new Set(replies.map(({ status }) => status))).toEqual(new Set([200]));
    expect(replies.filter(({ body }) => body.recoveryCodes !== undefined)).toHaveLength(1);
    expect(await count('authenticators', 'enroller')).toBe(1);
    expect(await count('recovery_codes', 'enroller')).toBe(10);
  });

  test('concurrent updates of different attributes all last', async () => {
    const patches = [
      { email: 'a@b.c' },
      { username: 'u' },
      { displayName: 'd' },
      { locale: 'en' },
      { custom: { a: 1 } },
    ];
    await atOnce(50, (url, index) =>
      ask(url, 'PATCH', '/v1/users/patched', { key, body: patches[index % patches.length] }),
    );
    const { body } = await ask(nodes[0]?.url ?? '', 'GET', '/v1/users/patched', { key });
    expect(body).toMatchObject(Object.assign({}, ...patches) as object);
  });

  test('a storm of everything at once on one user ends in answers, never in faults (F11)', async () => {
    const path = '/v1/users/stormy';
    const calls: ((url: string, index: number) => Promise<ApiReply>)[] = [
      (url, index) =>
        ask(url, 'POST', `${path}/actions/a`, {
          key,
          body: { idempotencyKey: `s-${index % 7}`, email: `e${index}@x.y` },
        }),
      (url) => ask(url, 'PATCH', path, { key, body: { email: 'new@x.y', emailVerified: true } }),
      (url) =>
        ask(url, 'POST', `${path}/authenticators`, {
          key,
          body: { verificationMethod: 'EMAIL_OTP', email: 'new@x.y' },
        }),
      (url, index) => ask(url, 'PATCH', `${path}/actions/a/s-${index % 7}`, { key, body: { state: 'BLOCK' } }),
      (url) => ask(url, 'DELETE', path, { key }),
      (url) => ask(url, 'GET', path, { key }),
    ];
    const replies = await atOnce(
      tries(180, 2_000),
      (url, index) => (calls[index % calls.length] ?? calls[0])?.(url, index) ?? ask(url, 'GET', path),
    );
    const wrong = replies.filter(({ status }) => ![200, 404].includes(status));
    expect(wrong.map(({ status, text }) => `${status} ${text}`)).toEqual([]);
  });

  test('deleting a user who is being tracked leaves no action without its user', async () => {
    const rounds = tries(30, 300);
    for (let round = 0; round < rounds; round += 1) {
      const path = `/v1/users/leaver-${round}`;
      await ask(nodes[0]?.url ?? '', 'POST', `${path}/actions/a`, { key, body: { idempotencyKey: 'first' } });
      await atOnce(8, (url, index) =>
        index === 3 ? ask(url, 'DELETE', path, { key }) : ask(url, 'POST', `${path}/actions/a`, { key, body: {} }),
      );
    }
    const { rows } = await database.query(
      `select a.user_id from actions a left join users u using (tenant_id, user_id)
       where u.user_id is null and a.user_id like 'leaver-%'`,
    );
    expect(rows).toEqual([]);
  });
});
