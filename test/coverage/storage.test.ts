/** Checks the schema and every statement for what a new table or query may have forgotten. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { statement } from '../../src/storage/sql.ts';
import type { Database, declaredStatements } from '../../src/storage/sql.ts';
import { testDatabase } from '../../src/testkit/test-database.ts';
import { declaredByQueries, sourceFiles } from '../rig/declared-statements.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** The possible values of a name that is composed. */
function patternOf(name: string): RegExp {
  const parts = name.split(/\$\{.*?\}/).map((part) => part.replaceAll(/\W/g, '\\$&'));
  return new RegExp(`^${parts.join('.+')}$`);
}

/** Tables of the whole server, which belong to no tenant. */
const tablesWithoutTenant = ['heartbeats', 'job_runs', 'sallyport_migrations'];

/**
 * Tables with a user id that are not deleted with the user's row: an action may outlive its user under a pseudonym, a
 * challenge may be older than its user (deleteUser removes both), audit events are append-only, and departed_users is
 * about deleted users.
 */
const tablesThatOutliveTheUser = ['actions_by_month', 'audit_events', 'deliveries', 'departed_users', 'events'];

/**
 * Statements for all tenants or none, for rows that were found by their tenant, or for a lock whose name contains it.
 */
const statementsWithoutTenant = [
  'add_jobs',
  'adopt_earlier_departures',
  'count_actions_without_month',
  'count_heartbeats',
  'count_waiting_audit_events',
  'count_waiting_deliveries',
  'count_waiting_departures',
  'count_waiting_event_deliveries',
  'create_tenant',
  'database_now',
  'find_earlier_departure',
  'free_jobs',
  'has_actions',
  'let_go_jobs',
  'list_action_tables',
  'list_ended_action_logs',
  'list_free_jobs',
  'list_job_runs',
  'list_outdated_rule_sets',
  'list_retentions',
  'list_tables_to_vacuum',
  'list_tables_without_statistics',
  'list_tally_series',
  'list_tenants',
  'list_tenants_with_action_log',
  'list_untold_audit_heads',
  'list_watched_measures',
  'load_action_without_month',
  'load_config_versions',
  'load_fingerprint_api_keys',
  'load_fingerprint_authenticator_configurations',
  'load_fingerprint_authenticators',
  'load_fingerprint_operator_passwords',
  'load_fingerprint_session_signing_keys',
  'load_fingerprint_tenants',
  'load_server_version',
  'lock_audit_chain',
  'lock_audit_trimming',
  'lock_earlier_guess_budgets',
  'lock_first_tenant',
  'lock_sending',
  'make_action_configuration',
  'next_config_version',
  'notify_config',
  'prolong_job',
  'record_heartbeat',
  'record_job_end',
  'record_shared_job_end',
  'take_job',
  'tell_challenge',
];

let db: Database;
let queries: ReturnType<typeof declaredStatements>;
beforeAll(async () => {
  db = await testDatabase('postgres');
  queries = declaredByQueries();
});
afterAll(() => db.close());

/** Whether a table is a part of another, which has its rows. */
const isPart = (name: string) => `select relispartition from pg_class where oid = ${name}::regclass`;

async function tablesWith(column: string): Promise<string[]> {
  const rows = await db.query(
    statement<{ tableName: string }>(
      'coverage_tables_with',
      `select table_name::text from information_schema.columns
       where table_schema = 'public' and column_name = $1 and not (${isPart('table_name')}) order by table_name`,
    ),
    [column],
  );
  return rows.map((row) => row.tableName);
}

async function allTables(): Promise<string[]> {
  const rows = await db.query(
    statement<{ tableName: string }>(
      'coverage_tables',
      `select table_name::text from information_schema.tables
       where table_schema = 'public' and table_type = 'BASE TABLE' and not (${isPart('table_name')}) order by table_name`,
    ),
    [],
  );
  return rows.map((row) => row.tableName);
}

describe('every table', () => {
  test('belongs to a tenant, which comes first in its key', async () => {
    const keys = await db.query(
      statement<{ tableName: string; first: string }>(
        'coverage_keys',
        `select distinct c.relname::text as table_name, a.attname::text as first
         from pg_index i join pg_class c on c.oid = i.indrelid
         join pg_attribute a on a.attrelid = c.oid and a.attnum = i.indkey[0]
         where c.relnamespace = 'public'::regnamespace and i.indisunique and not c.relispartition
           and (i.indisprimary or c.relkind = 'p')`,
      ),
      [],
    );
    const due = (await allTables()).filter((table) => !tablesWithoutTenant.includes(table));
    expect(due.length).toBeGreaterThan(8);
    expect(
      keys
        .filter(({ first }) => first === 'tenant_id')
        .map((row) => row.tableName)
        .sort(),
    ).toEqual(due);
  });

  test('with a user id references the user with a cascading key, so that deleting a user misses nothing', async () => {
    const cascading = await db.query(
      statement<{ tableName: string; columns: string }>(
        'coverage_cascades',
        `select c.conrelid::regclass::text as table_name,
           (select string_agg(a.attname, ',' order by k.ordinality) from unnest(c.conkey) with ordinality k (number, ordinality)
            join pg_attribute a on a.attrelid = c.conrelid and a.attnum = k.number) as columns
         from pg_constraint c where c.contype = 'f' and c.confrelid = 'users'::regclass and c.confdeltype = 'c'`,
      ),
      [],
    );
    const due = (await tablesWith('user_id')).filter(
      (table) => table !== 'users' && !tablesThatOutliveTheUser.includes(table),
    );
    const covered = cascading.filter(({ columns }) => columns === 'tenant_id,user_id').map((row) => row.tableName);
    expect([...new Set(covered)].sort()).toEqual(due);
  });

  test('has no time, id or random value that the database generates (ruling 25)', async () => {
    const defaults = await db.query(
      statement<{ place: string }>(
        'coverage_defaults',
        `select table_name || '.' || column_name || ' ' || column_default as place from information_schema.columns
         where table_schema = 'public' and column_default ~* 'now\\(|current_|clock_|uuid|random|nextval'`,
      ),
      [],
    );
    expect(defaults).toEqual([]);
  });
});

describe('every statement', () => {
  test('was found', () => expect(queries.size).toBeGreaterThan(25));

  test('in a test has a name that no other file uses, because the files of one process share all names', () => {
    const named = [...sourceFiles('src'), ...sourceFiles('test')].flatMap((file) => {
      const source = readFileSync(root + file, 'utf8');
      const names = [...source.matchAll(/\bstatement(?:<[^(]*>)?\(\s*(['`])(.+?)\1/g)].map(([, , name = '']) => name);
      return [...new Set(names)].map((name) => ({ name, file, pattern: patternOf(name) }));
    });
    const isOfTests = ({ file }: { readonly file: string }) => /^test|\.test\.ts$|testkit/.test(file);
    const shared = named.filter(isOfTests).flatMap((one) => {
      const others = named.filter(({ name, file }) => file !== one.file && one.pattern.test(name));
      return others.map(({ file }) => `${one.name} of ${one.file} stands in ${file} too`);
    });
    expect(shared).toEqual([]);
  });

  test('names the tenant for each table that it reads or writes', async () => {
    const tables = await tablesWith('tenant_id');
    const mention = new RegExp(`\\b(?:from|join|into|update|delete from)\\s+(${tables.join('|')})\\b`, 'gi');
    const lacking = [...queries].filter(([, text]) => {
      const tableMentions = text.match(mention)?.length ?? 0;
      const tenantMentions = text.match(/\btenant_id\b/g)?.length ?? 0;
      return tableMentions === 0 ? !/\btenant_id\b/.test(text) : tenantMentions < tableMentions || !/\$\d/.test(text);
    });
    expect(lacking.map(([name]) => name).sort()).toEqual(statementsWithoutTenant);
  });

  test('that changes an action changes no column that an index has, so that the update is HOT', async () => {
    const indexed = await db.query(
      statement<{ columnName: string }>(
        'coverage_indexed_columns',
        `select distinct a.attname::text as column_name from pg_index i
         join pg_depend d on d.classid = 'pg_class'::regclass and d.objid = i.indexrelid and d.refobjid = i.indrelid
         join pg_attribute a on a.attrelid = i.indrelid and a.attnum = d.refobjsubid and a.attnum > 0
         where i.indrelid = 'actions_by_month'::regclass`,
      ),
      [],
    );
    const columns = indexed.map(({ columnName }) => columnName);
    expect(columns).toEqual(expect.arrayContaining(['action_id', 'owner_id', 'action_code']));
    const isSet = new RegExp(`\\b(${columns.join('|')})\\b(?=[^=]*=)`);
    let updates = 0;
    for (const [name, text] of queries) {
      const set = /update actions_by_month a set\s([\s\S]*?)\s(?:from|where)\s/.exec(text)?.[1];
      if (set === undefined || name.startsWith('rename_departed')) continue;
      updates += 1;
      const assigned = [...set.matchAll(/(?:^|,|\()\s*([a-z_]+)(?=\s*(?:=|,|\)))/g)].map(([, column = '']) => column);
      expect(assigned.length, name).toBeGreaterThan(0);
      expect(
        assigned.filter((column) => isSet.test(`${column} =`)),
        name,
      ).toEqual([]);
    }
    expect(updates).toBeGreaterThan(9);
  });

  test('takes times and ids as parameters', () => {
    for (const [name, text] of queries) {
      if (name !== 'database_now')
        expect(text, name).not.toMatch(/\bnow\(\)|current_timestamp|clock_timestamp|gen_random/i);
    }
  });

  test('can be prepared against the schema', async () => {
    for (const [name, text] of queries) {
      await db.script(`prepare "${name}" as ${text}; deallocate "${name}";`).catch((error: unknown) => {
        throw new Error(`${name}: ${String(error)}`);
      });
    }
  });
});
