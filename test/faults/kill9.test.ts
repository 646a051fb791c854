/** F01: every acknowledged write survives kill -9, and no write is partial. */
import { rm } from 'node:fs/promises';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openEmbeddedDatabase } from '../../src/storage/pglite-database.ts';
import { statement } from '../../src/storage/sql.ts';
import { createEmbeddedDirectory } from '../../src/testkit/test-database.ts';
import { ask, eventually, tries } from '../rig/api.ts';
import { countAroundEnd, endMonthAt } from '../rig/month-end.ts';
import { startPostgres } from '../rig/postgres.ts';
import type { OwnPostgresRig } from '../rig/postgres.ts';
import { startServer, testCredentials } from '../rig/server-process.ts';
import type { ServerProcess } from '../rig/server-process.ts';

const credentials = testCredentials();
const key = credentials.SALLYPORT_SECRET_KEY;
// On PostgreSQL ten in all with those below, in which the month ends or the database dies too (ruling 29).
const kills = tries(5, 2_000);
// A start on the embedded database takes twice as long; src/storage/pglite-database.test.ts kills it without a server.
const embeddedKills = tries(3, 2_000);

interface Acknowledged {
  readonly userId: string;
  readonly idempotencyKey: string;
  readonly state: string;
}

let numbers = 0;

/** Tracks and updates over 16 connections until the node is gone; `acknowledged` grows as responses arrive. */
async function loadUntilGone(node: ServerProcess, acknowledged: Acknowledged[]): Promise<void> {
  let isGone = false;
  void node.ended.then(() => (isGone = true));
  async function track(): Promise<void> {
    while (!isGone) {
      numbers += 1;
      const number = numbers;
      const userId = `user-${number % 50}`;
      const idempotencyKey = `k-${number}`;
      const path = `/v1/users/${userId}/actions/pay`;
      const body = { idempotencyKey, ...(number % 3 === 0 ? { email: `e${number}@x.y` } : {}) };
      const tracked = await ask(node.url, 'POST', path, { key, body }).catch(() => undefined);
      if (tracked?.status !== 200) continue;
      if (number % 4 !== 0) {
        acknowledged.push({ userId, idempotencyKey, state: tracked.body.state });
        continue;
      }
      // Required only if it is answered: an update whose response is lost may or may not have happened.
      const updated = await ask(node.url, 'PATCH', `${path}/${idempotencyKey}`, {
        key,
        body: { state: 'BLOCK' },
      }).catch(() => undefined);
      if (updated?.status === 200) acknowledged.push({ userId, idempotencyKey, state: 'BLOCK' });
    }
  }
  await Promise.all(Array.from({ length: 16 }, track));
}

/** Starts a node, loads it and kills it under load, after a number of responses that varies. */
async function strikeUnderLoad(
  variables: Readonly<Record<string, string>>,
  round: number,
  strike: (node: ServerProcess) => Promise<void>,
  beforeLoad: () => Promise<void> = () => Promise.resolve(),
): Promise<Acknowledged[]> {
  const node = await startServer(variables);
  await beforeLoad();
  const acknowledged: Acknowledged[] = [];
  const load = loadUntilGone(node, acknowledged);
  const answersDue = 5 + ((round * 7) % 25);
  await eventually(
    'there is load',
    30_000,
    () => Promise.resolve(acknowledged.length),
    (count) => count >= answersDue,
    2,
  );
  await strike(node);
  await load;
  return acknowledged;
}

function expectKept(owed: readonly Acknowledged[], stored: ReadonlyMap<string, string>): void {
  const lost = owed.filter(({ userId, idempotencyKey, state }) => stored.get(`${userId} ${idempotencyKey}`) !== state);
  expect(lost).toEqual([]);
}

// Under one name for both drivers: that of the program turns names of columns, that of PostgreSQL alone does not.
const allActions =
  'select user_id as "userId", idempotency_key as "idempotencyKey", state, decision::text as decision from actions_by_month';
const actionsByHalf = `select a.idempotency_key from actions_by_month a left join users u using (tenant_id, user_id)
  where u.user_id is null or a.state is null or a.decision is null
     or a.decision ->> 'v' is distinct from '2' or a.decision ->> 'outcome' is null`;

interface StoredAction {
  readonly userId: string;
  readonly idempotencyKey: string;
  readonly state: string;
  readonly decision: string;
}

function byKey(rows: readonly StoredAction[]): ReadonlyMap<string, string> {
  return new Map(rows.map((row) => [`${row.userId} ${row.idempotencyKey}`, row.state]));
}

describe('F01: a node on PostgreSQL', () => {
  let postgres: OwnPostgresRig;
  let url: string;
  beforeAll(async () => {
    postgres = await startPostgres({ isDurable: true });
    url = await postgres.createDatabase('killed');
  });
  afterAll(() => postgres.stop());

  async function stored(databaseUrl = url): Promise<{ actions: StoredAction[]; byHalf: unknown[] }> {
    const client = new Client({ connectionString: databaseUrl });
    await client.connect();
    const actions = (await client.query<StoredAction>(allActions)).rows;
    const byHalf = (await client.query(actionsByHalf)).rows;
    await client.end();
    return { actions, byHalf };
  }

  test(`killed ${kills} times under load has kept every acknowledged action with its state, and none without its decision`, async () => {
    const variables = { ...credentials, DATABASE_URL: url, SALLYPORT_LOG_LEVEL: 'silent' };
    const owed: Acknowledged[] = [];
    for (let kill = 0; kill < kills; kill += 1) {
      owed.push(...(await strikeUnderLoad(variables, kill, (node) => node.kill9())));
    }
    expect(owed.length).toBeGreaterThanOrEqual(kills * 5);
    const { actions, byHalf } = await stored();
    expectKept(owed, byKey(actions));
    expect(byHalf).toEqual([]);
  }, 7_200_000);

  test('killed before and after the end of a month has kept the acknowledged actions of both', async () => {
    const databaseUrl = await postgres.createDatabase('month_end');
    const variables = { ...credentials, DATABASE_URL: databaseUrl, SALLYPORT_LOG_LEVEL: 'silent' };
    const client = new Client({ connectionString: databaseUrl });
    await client.connect();
    let endMs = Infinity;
    // When the first node serves, which may take long, and before its first action.
    const endSoon = async () => {
      endMs = Date.now() + 2_000;
      await endMonthAt(client, endMs);
    };
    const owed = await strikeUnderLoad(variables, 0, (node) => node.kill9(), endSoon);
    for (let kill = 1; kill < 2 || Date.now() < endMs + 1_000; kill += 1) {
      owed.push(...(await strikeUnderLoad(variables, kill, (node) => node.kill9())));
    }
    const { actions, byHalf } = await stored(databaseUrl);
    expectKept(owed, byKey(actions));
    expect(byHalf).toEqual([]);
    const { before, after } = await countAroundEnd(client);
    expect([before > 0, after > 0, before + after]).toEqual([true, true, actions.length]);
    await client.end();
  });

  test('I6: if the database is killed with the node, acknowledged actions are kept too, and the next node returns them', async () => {
    const owed: Acknowledged[] = [];
    const variables = { ...credentials, DATABASE_URL: url, SALLYPORT_LOG_LEVEL: 'silent' };
    for (let kill = 0; kill < tries(3, 200); kill += 1) {
      const died = await strikeUnderLoad(variables, kill, async (node) => {
        await postgres.kill9();
        await node.kill9();
      });
      owed.push(...died);
      await postgres.restart();
    }
    expect(owed.length).toBeGreaterThanOrEqual(15);
    const { actions, byHalf } = await stored();
    expectKept(owed, byKey(actions));
    expect(byHalf).toEqual([]);
    const node = await startServer(variables);
    for (const { userId, idempotencyKey, state } of owed.slice(-10)) {
      const read = await ask(node.url, 'GET', `/v1/users/${userId}/actions/pay/${idempotencyKey}`, { key });
      expect(read.body).toMatchObject({ idempotencyKey, state });
    }
    await node.stop();
  }, 7_200_000);
});

describe('F01: a node on the embedded database', () => {
  test(`killed ${embeddedKills} times under load has kept every acknowledged action with its state, and none without its decision`, async () => {
    const directory = await createEmbeddedDirectory();
    const variables = { ...credentials, SALLYPORT_DATA_DIR: directory, SALLYPORT_LOG_LEVEL: 'silent' };
    const owed: Acknowledged[] = [];
    for (let kill = 0; kill < embeddedKills; kill += 1) {
      owed.push(...(await strikeUnderLoad(variables, kill, (node) => node.kill9())));
    }
    expect(owed.length).toBeGreaterThanOrEqual(embeddedKills * 5);
    const db = await openEmbeddedDatabase({ dataDir: directory, fsync: true });
    const actions = await db.query(statement<StoredAction>('kill9_actions', allActions), []);
    const byHalf = await db.query(statement('kill9_by_half', actionsByHalf), []);
    await db.close();
    await rm(directory, { recursive: true, force: true });
    expectKept(owed, byKey(actions));
    expect(byHalf).toEqual([]);
  }, 7_200_000);
});
