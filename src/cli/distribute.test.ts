/** `sallyport migrate --distribute`: what it would run, and where it refuses. Citus itself is not here to be tried. */
import { rm } from 'node:fs/promises';
import { Client, escapeIdentifier } from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { expectGolden } from '../../test/golden/expect-golden.ts';
import { runHere } from '../../test/rig/run-here.ts';
import { testCredentials } from '../../test/rig/server-process.ts';
import { openPostgresDatabase } from '../storage/postgres-database.ts';
import { statement } from '../storage/sql.ts';
import { createEmbeddedDirectory, createPostgresDatabase } from '../testkit/test-database.ts';

const { SALLYPORT_MASTER_KEY } = testCredentials();
const distributing = (role: string) => ['migrate', '--distribute', '--role', role];

test('A67: prints rights before triggers go, functions before tables, and each table after those that it refers to', async () => {
  const printed = await runHere([...distributing('sally "the" port'), '--print'], { DATABASE_URL: 'nonsense' });
  expect(printed).toMatchObject({ code: 0, stderr: '' });
  expectGolden('distribution.sql', printed.stdout);
});

test.each([
  ['no role', ['migrate', '--distribute', '--print'], /--role NAME/],
  ['a role without --distribute', ['migrate', '--role', 'r'], /belong to --distribute/],
  ['--print without --distribute', ['migrate', '--print'], /belong to --distribute/],
])('refuses %s', async (_what, words, message) => {
  const run = await runHere(words, { DATABASE_URL: 'nonsense' });
  expect([run.code, run.stdout]).toEqual([1, '']);
  expect(run.stderr).toMatch(message);
});

describe('without Citus it refuses in words and changes nothing', () => {
  test('on the embedded database', async () => {
    const directory = await createEmbeddedDirectory();
    try {
      const run = await runHere(distributing('r'), { SALLYPORT_DATA_DIR: directory, DATABASE_URL: '' });
      expect([run.code, run.stdout]).toEqual([1, '']);
      expect(run.stderr).toMatch(/^sallyport: This database has no Citus\..*\n$/);
    } finally {
      await rm(directory, { recursive: true, force: true });
    }
  });

  test('on PostgreSQL', async () => {
    const url = await createPostgresDatabase();
    const run = await runHere(distributing('r'), { DATABASE_URL: url, SALLYPORT_MASTER_KEY });
    expect([run.code, run.stdout]).toEqual([1, '']);
    expect(run.stderr).toMatch(/^sallyport: This database has no Citus\..*\n$/);
    const client = new Client({ connectionString: url });
    await client.connect();
    const { rows } = await client.query(`select from pg_trigger where tgname = 'audit_events_append_only'`);
    await client.end();
    expect(rows).toHaveLength(1);
  });
});

describe('with a stand-in for Citus, which only writes down what it is asked', () => {
  const role = `servers_${process.pid}`;
  let url: string;
  let client: Client;
  beforeAll(async () => {
    url = await createPostgresDatabase();
    client = new Client({ connectionString: url });
    await client.connect();
    await client.query(`
      create role ${escapeIdentifier(role)};
      grant all on all tables in schema public to ${escapeIdentifier(role)};
      set allow_system_table_mods = on;
      insert into pg_extension values (99999, 'citus', 10, 11, false, '0', null, null);
      create schema citus_stand_in;
      create table citus_stand_in.pg_dist_partition (logicalrelid regclass primary key, how text not null);
      create function citus_stand_in.create_distributed_function(regprocedure) returns void language sql as '';
      create function citus_stand_in.create_reference_table(name regclass) returns void language sql as
        $$ insert into citus_stand_in.pg_dist_partition values (name, 'reference') $$;
      create function citus_stand_in.create_distributed_table(name regclass, by text, colocate_with text)
        returns void language sql as $$ insert into citus_stand_in.pg_dist_partition values (name, by) $$;
      alter database ${escapeIdentifier(new URL(url).pathname.slice(1))} set search_path = public, citus_stand_in;
    `);
  });
  afterAll(async () => {
    await client.query(`drop owned by ${escapeIdentifier(role)}; drop role ${escapeIdentifier(role)}`);
    await client.end();
  });

  const run = (as: string) => runHere(distributing(as), { DATABASE_URL: url, SALLYPORT_MASTER_KEY });

  test('A67: the role of the servers must exist and be limited', async () => {
    expect((await run('nobody_at_all')).stderr).toMatch(/no role "nobody_at_all"/);
    const { rows } = await client.query<{ user: string }>('select current_user as user');
    expect((await run(rows[0]?.user ?? '')).stderr).toMatch(/owns the tables or is a superuser/);
  });

  test('every table is placed once, also when it runs again after a part, and rights replace the triggers', async () => {
    await client.query(`select citus_stand_in.create_reference_table('tenants')`);
    expect(await run(role)).toMatchObject({ code: 0, stderr: '' });
    expect(await run(role)).toMatchObject({ code: 0, stderr: '' });
    const { rows: placed } = await client.query<{ how: string; count: string }>(
      'select how, count(*) from citus_stand_in.pg_dist_partition group by 1 order by 1',
    );
    expect(placed).toEqual([
      { how: 'reference', count: '2' },
      { how: 'tenant_id', count: '53' },
    ]);
    const { rows: triggers } = await client.query('select tgname from pg_trigger where not tgisinternal');
    expect(triggers).toEqual([]);
    const { rows: rights } = await client.query(
      `select has_table_privilege($1, 'audit_events', 'insert') as "mayRecord",
         has_table_privilege($1, 'audit_events', 'update, delete, truncate') as "mayChange",
         has_table_privilege($1, 'audit_chain', 'update, delete, truncate') as "mayRelink",
         has_table_privilege($1, 'tenants', 'delete, truncate') as "mayDelete"`,
      [role],
    );
    expect(rights).toEqual([{ mayRecord: true, mayChange: false, mayRelink: false, mayDelete: false }]);
  });

  test('no plan is kept, because it would not know the tenant', async () => {
    const db = openPostgresDatabase({ url, poolSize: 1, random: () => 0.5, onError: () => undefined });
    try {
      const mode = statement<{ mode: string }>(
        'distribute_test_mode',
        `select current_setting('plan_cache_mode') as mode`,
      );
      expect(await db.query(mode, [])).toEqual([{ mode: 'auto' }]);
      expect(await db.wrongSettings()).toEqual([]);
    } finally {
      await db.close();
    }
  });
});
