/** Two server processes on one real PostgreSQL: the database decides every race that only one request may win (F08). */
import { randomUUID } from 'node:crypto';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createPostgresDatabase } from '../../src/testkit/test-database.ts';
import { ask, eventually, tries } from '../rig/api.ts';
import type { ApiReply } from '../rig/api.ts';
import { readInboxCode } from '../rig/read-inbox.ts';
import { countAroundEnd, endMonthAt } from '../rig/month-end.ts';
import { runHere } from '../rig/run-here.ts';
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
 * Sends to both nodes in turn, a hundred at once. A node at capacity answers 503 and is asked again, as callers are
 * told to.
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
  // The first test of all: a month can be made to end where there are no actions yet.
  test('across the end of a month one key still makes one action, and one token can be checked on both sides', async () => {
    const endMs = Date.now() + 1_500;
    await endMonthAt(database, endMs);
    const replies = new Map<string, ApiReply[]>();
    let number = 0;
    // Each key is tracked by both nodes, first by one and a moment later by the other, until well after the end.
    const load = async () => {
      while (Date.now() < endMs + 1_500) {
        number += 1;
        const idempotencyKey = `key-${Math.floor(number / 8)}`;
        const node = nodes[number % 2]?.url ?? '';
        const reply = await ask(node, 'POST', '/v1/users/lasting/actions/pay', { key, body: { idempotencyKey } });
        if (reply.status === 503) continue;
        replies.set(idempotencyKey, [...(replies.get(idempotencyKey) ?? []), reply]);
      }
    };
    await Promise.all(Array.from({ length: tries(16, 32) }, load));
    for (const same of replies.values()) {
      expect(new Set(same.map(({ status }) => status))).toEqual(new Set([200]));
      expect(new Set(same.map((reply) => JSON.stringify(withoutToken(reply)))).size).toBe(1);
    }
    const { before, after } = await countAroundEnd(database);
    expect([before > 0, after > 0, before + after]).toEqual([true, true, replies.size]);
    // What was tracked before the end is found after it, under its key and by its token.
    for (const [idempotencyKey, [first]] of [...replies].slice(0, 20)) {
      const again = await ask(nodes[1]?.url ?? '', 'POST', '/v1/users/lasting/actions/pay', {
        key,
        body: { idempotencyKey },
      });
      expect(again.status).toBe(200);
      const validated = await ask(nodes[0]?.url ?? '', 'POST', '/v1/validate', {
        key,
        body: { token: first?.body.token },
      });
      expect(validated.body).toMatchObject({ state: 'CHALLENGE_REQUIRED', idempotencyKey });
    }
    expect((await countAroundEnd(database)).before).toBe(before);
  });

  test('concurrent tracks with one idempotency key make one action, and responses that differ only in token and url', async () => {
    const replies = await atOnce(triesPerRace, (url) =>
      ask(url, 'POST', '/v1/users/racer/actions/withdrawFunds', {
        key,
        body: { idempotencyKey: 'once', custom: { amount: 5 }, email: 'racer@example.com' },
      }),
    );
    expect(new Set(replies.map(({ status }) => status))).toEqual(new Set([200]));
    expect(new Set(replies.map((reply) => JSON.stringify(withoutToken(reply)))).size).toBe(1);
    expect(new Set(replies.map(({ body }) => body.token)).size).toBe(triesPerRace);
    expect([await count('actions_by_month', 'racer'), await count('users', 'racer')]).toEqual([1, 1]);
    // Every token is for the one action.
    for (const reply of [replies[0], replies.at(-1)]) {
      const validated = await ask(nodes[0]?.url ?? '', 'POST', '/v1/validate', {
        key,
        body: { token: reply?.body.token },
      });
      expect(validated.body).toMatchObject({ state: 'CHALLENGE_REQUIRED', idempotencyKey: 'once' });
    }
  });

  test('concurrent first tracks of one new user make one user, each with an action of its own', async () => {
    const replies = await atOnce(triesPerRace, (url, index) =>
      ask(url, 'POST', '/v1/users/newcomer/actions/signIn', { key, body: { idempotencyKey: `k-${index}` } }),
    );
    expect(new Set(replies.map(({ status }) => status))).toEqual(new Set([200]));
    expect([await count('users', 'newcomer'), await count('actions_by_month', 'newcomer')]).toEqual([1, triesPerRace]);
  });

  test('keys of many users that both nodes track at once make one action each, also if one user’s rows are locked', async () => {
    const users = 40;
    const userIdOf = (index: number) => `grouped-${Math.floor(index / 2) % users}`;
    await database.query('begin');
    // Another call is about to create this user: tracks of this user wait for it, and so do those in the same batch.
    await database.query(
      'insert into users (tenant_id, user_id, own_id, created_at, updated_at) values ($1, $2, $1, now(), now())',
      [credentials.SALLYPORT_TENANT_ID, 'grouped-7'],
    );
    const all = atOnce(users * 4, (url, index) =>
      ask(url, 'POST', `/v1/users/${userIdOf(index)}/actions/withdrawFunds`, {
        key,
        body: { idempotencyKey: `k-${Math.floor(index / (users * 2))}`, deviceId: 'new-device' },
      }),
    );
    await new Promise((resolve) => setTimeout(resolve, 500));
    await database.query('rollback');
    const replies = await all;
    expect(new Set(replies.map(({ status }) => status))).toEqual(new Set([200]));
    // Adjacent requests have the same key, and went to different nodes.
    for (let index = 0; index < replies.length; index += 2) {
      const [one, other] = [replies[index], replies[index + 1]];
      if (one === undefined || other === undefined) throw new Error('A response is missing.');
      expect(withoutToken(one)).toEqual(withoutToken(other));
    }
    const { rows } = await database.query(
      `select count(*)::int as actions, count(distinct user_id)::int as users from actions_by_month where user_id like 'grouped-%'`,
    );
    expect(rows).toEqual([{ actions: users * 2, users }]);
    expect(await count('devices', 'grouped-7')).toBe(1);
  });

  test('concurrent first uses of one action code make one configuration', async () => {
    await atOnce(40, (url, index) => ask(url, 'POST', `/v1/users/sight-${index}/actions/brandNew`, { key, body: {} }));
    const { rows } = await database.query("select 1 from action_configurations where action_code = 'brandNew'");
    expect(rows).toHaveLength(1);
  });

  test('one key is a separate action for each user, action code and tenant', async () => {
    const made = await runHere(['tenants', 'create', '--name', 'Second'], {
      ...credentials,
      DATABASE_URL: databaseUrl,
    });
    const otherKey = /Secret key: +(\S+)/.exec(made.stdout)?.[1] ?? '';
    for (const { url } of nodes) {
      const look = () => ask(url, 'GET', '/v1/authenticators', { key: otherKey });
      await eventually('the new tenant is known', { promisedMs: 5_500 }, look, ({ status }) => status === 200);
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
    const { rows } = await database.query(
      "select distinct action_id from actions_by_month where idempotency_key = 'shared'",
    );
    expect(rows).toHaveLength(4);
  });

  test.each(['emoji-😀👩‍👩‍👧', "';--", 'ключ', '\u202e'])('the key %j is an ordinary key', async (idempotencyKey) => {
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

  test.each(['../x', '..', 'a/b', 'a?b', 'a#b', '%2e', '\\', '\n'])('the key %j is refused', async (idempotencyKey) => {
    const reply = await ask(nodes[0]?.url ?? '', 'POST', '/v1/users/keys/actions/a', { key, body: { idempotencyKey } });
    expect([reply.status, reply.body.errorCode]).toEqual([400, 'invalid_request']);
  });

  test('ruling 37: an empty key counts as no key', async () => {
    const track = () =>
      ask(nodes[0]?.url ?? '', 'POST', '/v1/users/keys/actions/a', { key, body: { idempotencyKey: '' } });
    const [first, second] = [await track(), await track()];
    expect([first.status, second.status]).toEqual([200, 200]);
    expect(second.body.idempotencyKey).not.toBe(first.body.idempotencyKey);
  });
});

describe('ruling 36: an action that a challenge has begun', () => {
  const [first, second] = [() => nodes[0]?.url ?? '', () => nodes[1]?.url ?? ''];
  const good = async (reply: Promise<ApiReply>): Promise<ApiReply['body']> => {
    const { status, text, body } = await reply;
    expect(status, text).toBe(200);
    return body as unknown;
  };
  const post = (url: string, path: string, body: object) => ask(url, 'POST', path, { key, body });
  const track = (url: string, userId: string, kind: string) =>
    post(url, `/v1/users/${userId}/actions/begun`, { idempotencyKey: 'k', deviceId: kind });
  const begin = (url: string, userId: string) =>
    post(url, '/v1/challenge', {
      verificationMethod: 'EMAIL_OTP',
      email: `${userId}@example.com`,
      userId,
      action: 'begun',
      idempotencyKey: 'k',
    });
  /** A code that is not given yet. */
  async function begun(userId: string) {
    const { challengeId } = await good(begin(first(), userId));
    const verificationCode = await readInboxCode(first(), `${userId}@example.com`);
    return (url: string) => good(post(url, '/v1/verify', { challengeId, verificationCode }));
  }
  const rowOf = async (userId: string) => {
    const { rows } = await database.query<Record<string, unknown>>(
      `select state, is_tracked, cardinality(earlier_decisions) as replaced, verification_method
       from actions_by_month where user_id = $1 and action_code = 'begun'`,
      [userId],
    );
    return rows;
  };

  beforeAll(async () => {
    const manage = (path: string, body: object) =>
      good(ask(first(), 'POST', path, { key: credentials.SALLYPORT_MANAGEMENT_KEY, body }));
    const path = '/v1/management/action-configurations';
    await manage(path, { actionCode: 'begun', defaultUserActionResult: 'ALLOW' });
    for (const [priority, [kind, type, more]] of (
      [
        ['blocked', 'BLOCK', {}],
        ['demanding', 'CHALLENGE', { minimumAssurance: 'high' }],
      ] as const
    ).entries()) {
      const conditions = { '==': [{ var: 'device.id' }, kind] };
      await manage(`${path}/begun/rules`, { name: kind, isActive: true, priority, type, conditions, ...more });
    }
    for (const url of [first(), second()])
      await eventually(
        'both nodes know the rules',
        10_000,
        async () => (await track(url, `probe-${randomUUID()}`, 'blocked')).body.state as string,
        (state) => state === 'BLOCK',
      );
  });

  test('tracked on two nodes at once is decided once, and the responses differ only in token and url', async () => {
    const userId = 'begun-racer';
    await (
      await begun(userId)
    )(first());
    const replies = await atOnce(50, (url) => track(url, userId, 'harmless'));
    expect(new Set(replies.map((reply) => JSON.stringify(withoutToken(reply)))).size).toBe(1);
    expect(replies[0]?.body.state).toBe('CHALLENGE_SUCCEEDED');
    expect(await rowOf(userId)).toMatchObject([{ is_tracked: true, replaced: 1 }]);
  });

  test('tracked at once with different data: one request decides, and the others return what it stored', async () => {
    const userId = 'begun-torn';
    await (
      await begun(userId)
    )(first());
    const kinds = ['blocked', 'demanding', 'harmless'];
    const replies = await atOnce(30, (url, index) => track(url, userId, kinds[index % 3] ?? ''));
    expect(new Set(replies.map((reply) => JSON.stringify(withoutToken(reply)))).size).toBe(1);
    expect(await rowOf(userId)).toMatchObject([{ state: replies[0]?.body.state, replaced: 1 }]);
  });

  test.each([
    ['blocked', 'the proof', 'BLOCK'],
    ['blocked', 'the track', 'BLOCK'],
    ['demanding', 'the proof', 'CHALLENGE_REQUIRED'],
    ['demanding', 'the track', 'CHALLENGE_REQUIRED'],
    ['harmless', 'the proof', 'CHALLENGE_SUCCEEDED'],
    ['harmless', 'the track', 'CHALLENGE_SUCCEEDED'],
  ])('%s, with %s written first though both have read: %s', async (kind, which, state) => {
    const userId = `begun-${kind}-${which.slice(4)}`;
    const verify = await begun(userId);
    // The first to wait for the row lock gets it first.
    await database.query('begin');
    await database.query(`select from actions_by_month where user_id = $1 and action_code = 'begun' for update`, [
      userId,
    ]);
    const waiting = (n: number) =>
      eventually(
        `${n} wait for a lock`,
        10_000,
        async () => {
          const { rows } = await database.query<{ n: number }>(
            `select count(*)::int as n from pg_stat_activity
             where datname = current_database() and wait_event_type = 'Lock'`,
          );
          return rows[0]?.n;
        },
        (seen) => seen === n,
      );
    const steps = [() => verify(first()), () => good(track(second(), userId, kind))];
    if (which === 'the track') steps.reverse();
    const running: Promise<unknown>[] = [];
    for (const [index, step] of steps.entries()) {
      running.push(step());
      await waiting(index + 1);
    }
    await database.query('commit');
    await Promise.all(running);
    expect(await rowOf(userId)).toMatchObject([{ state, is_tracked: true, replaced: 1 }]);
  });

  test('begun and tracked at the same moment is always tracked in the end, whichever request creates it', async () => {
    const rounds = tries(20, 200);
    const replies = await atOnce(rounds * 2, (url, index) => {
      const userId = `begun-both-${Math.floor(index / 2)}`;
      return (index + Math.floor(index / 2)) % 2 === 0 ? begin(url, userId) : track(url, userId, 'blocked');
    });
    expect(new Set(replies.map(({ status }) => status).filter((status) => status !== 403))).toEqual(new Set([200]));
    for (let round = 0; round < rounds; round += 1)
      expect(await rowOf(`begun-both-${round}`)).toMatchObject([{ state: 'BLOCK', is_tracked: true }]);
  });

  test('deleted while it is tracked leaves no action that anyone can read, or that stays', async () => {
    const rounds = tries(20, 200);
    for (let round = 0; round < rounds; round += 1) {
      const userId = `begun-leaver-${round}`;
      await good(begin(first(), userId));
      const replies = await atOnce(4, (url, index) =>
        index === 1 ? ask(url, 'DELETE', `/v1/users/${userId}`, { key }) : track(url, userId, 'harmless'),
      );
      expect(new Set(replies.map(({ status }) => status))).toEqual(new Set([200]));
    }
    await expectNoLeftovers('begun-leaver-%');
  });
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

  test('concurrent updates of different attributes are all kept', async () => {
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

  test('a storm of every kind of request on one user never causes a server error (F11)', async () => {
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
      // Begins the action that the first of these may track before, meanwhile or after.
      (url, index) =>
        ask(url, 'POST', '/v1/challenge', {
          key,
          body: {
            verificationMethod: 'EMAIL_OTP',
            email: `c${index}@x.y`,
            userId: 'stormy',
            action: 'a',
            idempotencyKey: `s-${index % 7}`,
            ...(index % 2 === 0 ? { custom: { amount: 5 } } : {}),
          },
        }),
    ];
    const replies = await atOnce(
      tries(180, 2_000),
      (url, index) => (calls[index % calls.length] ?? calls[0])?.(url, index) ?? ask(url, 'GET', path),
    );
    // 403: a challenge of a blocked action; 429: over the sending limit of a user.
    const wrong = replies.filter(({ status }) => ![200, 403, 404, 429].includes(status));
    expect(wrong.map(({ status, text }) => `${status} ${text}`)).toEqual([]);
  });

  test('deleting a user who does not exist yet, beside their first tracks, removes all of that user or nothing', async () => {
    const rounds = tries(30, 300);
    for (let round = 0; round < rounds; round += 1) {
      const path = `/v1/users/arriving-${round}`;
      const replies = await atOnce(8, (url, index) =>
        index % 2 === 1 ? ask(url, 'DELETE', path, { key }) : ask(url, 'POST', `${path}/actions/a`, { key, body: {} }),
      );
      expect(new Set(replies.map(({ status }) => status))).toEqual(new Set([200]));
    }
    await expectNoLeftovers('arriving-%');
  });

  test('deleting a user who is being tracked leaves no action that anyone can read, or that stays', async () => {
    const rounds = tries(30, 300);
    for (let round = 0; round < rounds; round += 1) {
      const path = `/v1/users/leaver-${round}`;
      await ask(nodes[0]?.url ?? '', 'POST', `${path}/actions/a`, { key, body: { idempotencyKey: 'first' } });
      await atOnce(8, (url, index) =>
        index === 3 ? ask(url, 'DELETE', path, { key }) : ask(url, 'POST', `${path}/actions/a`, { key, body: {} }),
      );
    }
    await expectNoLeftovers('leaver-%');
  });
});

/**
 * A track that was under way may store an action after its user was deleted. It belongs to the deleted row, whose departure
 * is looked at once more a minute later.
 */
async function expectNoLeftovers(users: string): Promise<void> {
  const leftovers = async () => {
    const { rows } = await database.query<{ isAwaited: boolean }>(
      `select exists (
         select from departures d where d.tenant_id = a.tenant_id and d.owner_id = a.owner_id
       ) as "isAwaited"
       from actions_by_month a
       where a.user_id like $1 and not exists (
         select from users u where u.tenant_id = a.tenant_id and u.own_id = a.owner_id
       )`,
      [users],
    );
    return rows.map(({ isAwaited }) => isAwaited);
  };
  expect(await leftovers()).not.toContain(false);
  // A minute passes.
  await database.query(
    `update departures set departed_at = departed_at - interval '1 minute', due_at = due_at - interval '2 minutes'`,
  );
  await expect.poll(leftovers, { timeout: 30_000 }).toEqual([]);
}
