/** F24: a migration in steps that is interrupted anywhere is completed by the next start. */
import { migrations } from '../../src/storage/migrations/index.ts';
import { setTimeout as wait } from 'node:timers/promises';
import { Client } from 'pg';
import { afterEach, describe, expect, test } from 'vitest';
import { migrate } from '../../src/storage/migrate.ts';
import { loadAction } from '../../src/storage/queries/actions/actions.ts';
import { statement } from '../../src/storage/sql.ts';
import type { Database } from '../../src/storage/sql.ts';
import { databaseKinds } from '../../src/testkit/test-database.ts';
import { closeOpened, emptyDatabase, emptyPostgres, open } from '../rig/empty-database.ts';
import { decided, migrateEarlier, recordEarlier, runEarlier, tenantId } from './release-23.ts';
import { schemaOf } from './schema-of.ts';

/** What brings the schema of the release before up to date. */
const since23 = migrations.slice(23).map(({ version, name }) => `${version}-${name}`);

afterEach(closeOpened);

const stopped = new Error('The process was stopped here.');

/**
 * The database until a process ends: at the first place that is not in `seen` yet, which is then. Places are before and
 * after each script, and after each transaction.
 */
function untilNew(db: Database, seen: Set<string>): Database {
  const stopAt = (place: string) => {
    if (seen.has(place)) return;
    seen.add(place);
    throw stopped;
  };
  let latest = '';
  const stopping = async (text: string, script: () => Promise<void>) => {
    latest = text;
    stopAt(`before ${text}`);
    await script();
    stopAt(`after ${text}`);
  };
  return {
    kind: db.kind,
    query: (one, values, party) => db.query(one, values, party),
    script: (text, isPatient) => stopping(text, () => db.script(text, isPatient)),
    async transaction(work, party) {
      const result = await db.transaction(
        (sql) =>
          work({
            query: (one, values) => sql.query(one, values),
            script: (text) => stopping(text, () => sql.script(text)),
          }),
        party,
      );
      stopAt(`committed after ${latest}`);
      return result;
    },
    listen: (channel, onPayload) => db.listen(channel, onPayload),
    poolStatus: () => db.poolStatus(),
    beat: (one, values) => db.beat(one, values),
    wrongSettings: () => db.wrongSettings(),
    close: () => db.close(),
  };
}

const contentStatement = statement<{ content: string }>(
  'interrupted_test_content',
  `select coalesce(json_agg(row_to_json(a) order by action_id)::text, '') as content from actions_by_month a`,
);

/** Rows of every kind that the migration treats in its own way. */
async function fill(db: Database) {
  const actions = [
    decided({ userId: 'old', idempotencyKey: 'kept' }),
    decided({ userId: 'old', actionId: 'ffffffff-ffff-4fff-8fff-000000000001', idempotencyKey: 'unordered' }),
    decided({ userId: 'again', idempotencyKey: 'first' }),
    decided({ userId: 'again', idempotencyKey: 'second' }),
  ] as const;
  for (const action of actions.slice(0, 3)) await recordEarlier(db, action);
  await runEarlier(db, 'record_departure', [tenantId, 'again', 0, null, '2026-01-01Z']);
  await runEarlier(db, 'delete_user', [tenantId, 'again']);
  await recordEarlier(db, actions[3]);
  return actions;
}

describe.each(databaseKinds)('F24: on the %s database', (kind) => {
  test('stopped before every step in turn, and within each, and begun again each time', async () => {
    const fresh = await emptyDatabase(kind);
    await migrateEarlier(fresh);
    await fill(fresh);
    await migrate(fresh);
    const whole = await schemaOf(fresh);

    const db = await emptyDatabase(kind);
    await migrateEarlier(db);
    const [kept, unordered, first, second] = await fill(db);
    const seen = new Set<string>();
    for (let isOver = false; !isOver;) {
      const ran = await migrate(untilNew(db, seen)).catch((error: unknown) => {
        if (error !== stopped) throw error;
        return undefined;
      });
      isOver = ran !== undefined;
    }
    expect(seen.size).toBeGreaterThan(30);
    expect(await schemaOf(db)).toBe(whole);
    for (const action of [kept, second]) {
      expect(await loadAction(db, action)).toMatchObject({ actionId: action.actionId });
    }
    expect(await loadAction(db, unordered)).toMatchObject({ idempotencyKey: 'unordered' });
    expect(await loadAction(db, first)).toBeUndefined();
    const before = await db.query(contentStatement, []);
    expect(await migrate(db)).toEqual([]);
    expect(await db.query(contentStatement, []), 'another run changes nothing').toEqual(before);
  });
});

describe('F24: on PostgreSQL', () => {
  test('an index whose building was cut off is built again, and many runners at once complete the migration', async () => {
    const url = await emptyPostgres();
    const db = open(url);
    await migrateEarlier(db);
    await fill(db);
    const whole = open(await emptyPostgres());
    await migrateEarlier(whole);
    await fill(whole);
    await migrate(whole);

    const [blocker, admin] = [new Client(url), new Client(url)];
    await Promise.all([blocker.connect(), admin.connect()]);
    const invalid = async () =>
      (await admin.query('select indexrelid::regclass::text as name from pg_index where not indisvalid')).rows;
    for (let cuts = 0; cuts < 2; cuts += 1) {
      // Begun where the migration has its columns already, so that only the indexes wait for it.
      const isBuilding = `select pid from pg_stat_activity where query like 'create % concurrently%' and wait_event_type = 'Lock'
        and datname = current_database()`;
      let isOver = false;
      const run = migrate(open(url)).then(
        () => 'done',
        (error: unknown) => String(error),
      );
      void run.then(() => (isOver = true));
      while (!isOver) {
        await blocker.query(
          `begin; update tenants set name = name; select pg_current_xact_id(); lock actions in row exclusive mode`,
        );
        await wait(150);
        const { rows } = await admin.query<{ pid: number }>(isBuilding);
        for (const { pid } of rows) await admin.query('select pg_terminate_backend($1)', [pid]);
        await blocker.query('rollback');
        if (rows.length > 0) break;
      }
      expect(await run).toMatch(/DatabaseUnavailable/);
      expect(await invalid()).not.toEqual([]);
    }
    await Promise.all([blocker.end(), admin.end()]);

    const runs = await Promise.all(Array.from({ length: 4 }, () => migrate(open(url))));
    // Each ran once, whichever runner did it.
    const byVersion = (one: string, other: string) => Number.parseInt(one) - Number.parseInt(other);
    expect([...runs.flat()].sort(byVersion)).toEqual(since23);
    expect(await schemaOf(db)).toBe(await schemaOf(whole));
  });
});
