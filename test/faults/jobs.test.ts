/** F40: over several processes, and on the embedded database, whose space a job frees. */
import { rm } from 'node:fs/promises';
import { Client } from 'pg';
import { afterEach, describe, expect, test } from 'vitest';
import { runHere } from '../rig/run-here.ts';
import { vacuumTables } from '../../src/jobs/vacuum-tables.ts';
import type { JobContext } from '../../src/jobs/job.ts';
import { listTablesToVacuum } from '../../src/storage/queries/table-statistics.ts';
import { statement } from '../../src/storage/sql.ts';
import { testApp } from '../../src/testkit/test-app.ts';
import { createEmbeddedDirectory, createPostgresDatabase, databaseKinds } from '../../src/testkit/test-database.ts';
import { eventually } from '../rig/api.ts';
import { startServer, testCredentials } from '../rig/server-process.ts';
import type { ServerProcess } from '../rig/server-process.ts';

const stops: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop();
});

test('F40: after kill -9 of the node that has the jobs, another has them within 30 seconds, and one alone', async () => {
  const url = await createPostgresDatabase();
  const client = new Client({ connectionString: url });
  await client.connect();
  stops.push(() => client.end());
  const credentials = { ...testCredentials(), DATABASE_URL: url };
  const holdersOf = async (since: Date) => {
    const { rows } = await client.query<{ name: string; node_id: string }>(
      `select name, node_id from job_runs where name in ('link-audit-events', 'refresh-statistics', 'purge-departed-users')
         and leased_until > clock_timestamp() and ended_at > $1 order by name`,
      [since],
    );
    return rows.map(({ node_id: nodeId }) => nodeId);
  };
  // The jobs are all on the first node, because it is there alone.
  const first = await startServer(credentials);
  stops.push(() => first.stop());
  const before = await eventually(
    'the first node has the jobs',
    30_000,
    () => holdersOf(new Date(0)),
    (holders) => holders.length === 3,
  );
  expect(new Set(before).size).toBe(1);
  const nodes: ServerProcess[] = [await startServer(credentials), await startServer(credentials)];
  for (const node of nodes) stops.push(() => node.stop());
  const killedAt = new Date();
  await first.kill9();
  await eventually(
    'other nodes have the jobs',
    { promisedMs: 30_000 },
    () => holdersOf(killedAt),
    (holders) => holders.length === 3 && !holders.some((holder) => before.includes(holder)),
  );
  for (const node of nodes) expect(node.output()).not.toContain('The lease of');
});

describe.each(databaseKinds)('on the %s database', (kind) => {
  test('sallyport jobs tells when each job last ran, how it ended, and what waits', async () => {
    const url = kind === 'postgres' ? await createPostgresDatabase() : '';
    const directory = await createEmbeddedDirectory();
    stops.push(() => rm(directory, { recursive: true, force: true }));
    const variables = { ...testCredentials(), DATABASE_URL: url, SALLYPORT_DATA_DIR: directory };
    const fresh = await runHere(['jobs'], variables);
    expect([fresh.code, fresh.stderr]).toEqual([0, '']);
    expect(fresh.stdout).toMatch(/^JOB +EVERY +LAST STARTED +LAST ENDED +NODE +STATE\n/);
    expect(fresh.stdout).toMatch(/\nlink-audit-events +1 s +- +- +- +new\n/);
    expect(fresh.stdout).toMatch(/\nWAITING +FOR JOB +COUNT +OLDEST +DUE SINCE\ndeliveries +deliver-outbox +0 +- +-\n/);
    expect(fresh.stdout.includes('vacuum-tables')).toBe(kind === 'embedded');
  });
});

const deadRows = statement<{ deadRows: number }>(
  'jobs_test_dead_rows',
  `select n_dead_tup as dead_rows from pg_stat_user_tables where relname = 'heartbeats'`,
);

test('on the embedded database, the space of deleted rows is freed', async () => {
  const app = await testApp('embedded');
  stops.push(() => app.close());
  await app.db.script(`
    insert into heartbeats select gen_random_uuid(), '2020-01-01Z' from generate_series(1, 1000);
    delete from heartbeats;
  `);
  await eventually(
    'its statistics count them',
    10_000,
    () => app.db.query(deadRows, []),
    ([row]) => (row?.deadRows ?? 0) >= 1_000,
  );
  expect(await listTablesToVacuum(app.db)).toContain('public.heartbeats');
  for (let runs = 0; (await listTablesToVacuum(app.db)).includes('public.heartbeats'); runs += 1) {
    expect(runs).toBeLessThan(20);
    await vacuumTables.run({ owner: app.db, runtime: app.runtime } as unknown as JobContext);
  }
  expect(await app.db.query(deadRows, [])).toEqual([{ deadRows: 0 }]);
});
