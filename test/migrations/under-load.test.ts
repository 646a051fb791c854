/** F25: the upgrade to this schema while nodes of the release before work: no call fails, and no row is lost. */
import { migrations } from '../../src/storage/migrations/index.ts';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { migrate } from '../../src/storage/migrate.ts';
import { loadAction } from '../../src/storage/queries/actions/actions.ts';
import { keyValues } from '../../src/storage/queries/actions/named.ts';
import { statement } from '../../src/storage/sql.ts';
import type { Database } from '../../src/storage/sql.ts';
import { tries } from '../rig/api.ts';
import { closeOpened, emptyPostgres, open } from '../rig/empty-database.ts';
import { decided, loadEarlier, migrateEarlier, recordEarlier, runEarlier, tenantId } from './release-23.ts';

/** What brings the schema of the release before up to date. */
const since23 = migrations.slice(23).map(({ version, name }) => `${version}-${name}`);

const seeded = tries(20_000, 400_000);
/** Of an early release: not ordered by time. */
const unordered = 200;
const left = 300;

/** Actions `first` to `first + count`, of the last weeks. */
const seed = (first: number, count: number, user: string, id: string, epoch = 0) => `
  insert into actions (tenant_id, user_id, action_code, idempotency_key, action_id, state, created_at, updated_at,
    state_updated_at, decision, ip_address, device_id, user_epoch)
  select '${tenantId}', ${user}, 'pay', 'seed ' || n, (${id})::uuid, 'ALLOW', at, at, at, '{"v":1}', '192.0.2.1', 'd', ${epoch}
  from generate_series(${first}, ${first + count - 1}) n, lateral (select now() - n * interval '1 minute' as at) as t;`;
const ordered = `lpad(to_hex((extract(epoch from at) * 1000)::bigint), 12, '0') || '70008000' || lpad(to_hex(n), 12, '0')`;

const rewrittenStatement = statement<{ userId: string; rows: number }>(
  'under_load_test_rewritten',
  `select user_id, count(*)::int as rows from actions where idempotency_key like 'seed %' and xmin::text <> $1
   group by 1 order by 1`,
);
const seedStatement = statement<{ xmin: string }>(
  'under_load_test_seed',
  `select xmin::text as xmin from actions where idempotency_key = 'seed 1'`,
);
const fileStatement = statement<{ file: number }>(
  'under_load_test_file',
  `select pg_relation_filenode('actions')::int as file`,
);
const countStatement = statement<{ rows: number; unordered: number }>(
  'under_load_test_count',
  `select count(*)::int as rows, (count(*) filter (where
     substring(action_id::text for 13) <> regexp_replace(
       lpad(to_hex((extract(epoch from created_at) * 1000)::bigint), 12, '0'), '^(.{8})', '\\1-')))::int as unordered
   from actions_by_month where idempotency_key like 'seed %'`,
);
const departureStatement = statement<{ departures: number }>(
  'under_load_test_departures',
  'select count(*)::int as departures from departures',
);

let db: Database;
let url: string;
beforeAll(async () => {
  url = await emptyPostgres();
  db = open(url, 3);
  await migrateEarlier(db);
  await db.script(`
    ${seed(1, seeded, `'user ' || n % 200`, ordered)}
    ${seed(seeded + 1, unordered, `'unordered'`, `'f' || substring(md5(n::text) for 11) || '4fff8fff' || substring(md5(n::text) for 12)`)}
    ${seed(seeded + unordered + 1, left, `'again'`, ordered)}
    ${seed(seeded + unordered + left + 1, left, `'again'`, ordered, 1)}
    insert into users (tenant_id, user_id, created_at, updated_at) values ('${tenantId}', 'again', now(), now());
    insert into departed_users (tenant_id, user_id, user_epoch, departed_at) values ('${tenantId}', 'again', 0, now());
    analyze;
  `);
});
afterAll(closeOpened);

test('F25: calls of the release before go on during the upgrade, which rewrites no table', async () => {
  const nodes = open(url, 6);
  let isOver = false;
  let longestMs = 0;
  const failures: unknown[] = [];
  const stored: ReturnType<typeof decided>[] = [];
  const call = async (worker: number, n: number) => {
    const action = decided({ userId: `user ${(worker * 31 + n) % 250}`, deviceId: `device ${n % 20}` });
    const before = performance.now();
    try {
      await runEarlier(nodes, 'load_history', keyValues(action));
      if (await recordEarlier(nodes, action)) stored.push(action);
      if ((await loadEarlier(nodes, action)) === undefined) failures.push(`${action.actionId} was not found`);
    } catch (error) {
      failures.push(error);
    }
    longestMs = Math.max(longestMs, performance.now() - before);
  };
  const work = [0, 1, 2, 3].map(async (worker) => {
    for (let n = 0; !isOver; n += 1) await call(worker, n);
  });
  // As a proof does: an action first, the user later.
  const proofs = (async () => {
    for (let n = 0; !isOver; n += 1) {
      const key = keyValues({ ...decided({ userId: `user ${n % 200}` }), idempotencyKey: `seed ${n % 200}` });
      await nodes
        .transaction(async (sql) => {
          await runEarlier(sql, 'lock_action', key);
          await wait(20);
          await runEarlier(sql, 'lock_user', [tenantId, `user ${n % 200}`]);
        })
        .catch((error: unknown) => failures.push(error));
    }
  })();
  // A report that reads for a while: what needs the table for itself waits for it, and calls behind that.
  const report = (async () => {
    // The first for longer than a call waits for a lock.
    for (let seconds = 2.5; !isOver; seconds = 0.3) {
      await nodes
        .script(`begin; select count(*) from actions; select pg_sleep(${seconds}); commit`)
        .catch((error: unknown) => failures.push(error));
      await wait(50);
    }
  })();
  const [file] = await db.query(fileStatement, []);
  const [first] = await db.query(seedStatement, []);
  await wait(200);
  const before = stored.length;
  const began = performance.now();
  const ran = await migrate(db).catch(String);
  const tookMs = performance.now() - began;
  const during = stored.length - before;
  await wait(200);
  isOver = true;
  await Promise.all([...work, proofs, report]);

  expect(failures).toEqual([]);
  expect(ran).toEqual(since23);
  console.info(
    `The upgrade took ${Math.round(tookMs)} ms, with ${during} tracks meanwhile; the longest took ${Math.round(longestMs)} ms.`,
  );
  expect(during).toBeGreaterThan(100);
  for (const action of stored) expect(await loadAction(db, action)).toMatchObject({ actionId: action.actionId });

  expect(await db.query(fileStatement, []), 'the table was not rewritten').toEqual([file]);
  expect(await db.query(rewrittenStatement, [first?.xmin ?? '']), 'rows that were written again').toEqual([
    { userId: 'again', rows: left },
    { userId: 'unordered', rows: unordered },
  ]);
  expect(await db.query(countStatement, [])).toEqual([{ rows: seeded + unordered + 2 * left, unordered: 0 }]);
  expect(await db.query(departureStatement, [])).toEqual([{ departures: 1 }]);
});
