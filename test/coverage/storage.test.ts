/** Looks at the schema and at every statement for what a new table or query could have forgotten. */
import { execFileSync } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { statement } from '../../src/storage/sql.ts';
import type { Database, declaredStatements } from '../../src/storage/sql.ts';
import { testDatabase } from '../../src/testkit/test-database.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));

function sourceFiles(folder: string): readonly string[] {
  const files = readdirSync(root + folder, { recursive: true, encoding: 'utf8' });
  return files.filter((file) => file.endsWith('.ts')).map((file) => `${folder}/${file}`);
}

/** Name and text of every statement of the queries. Asked of another process: this one knows those of other tests, too. */
function declaredByQueries(): ReturnType<typeof declaredStatements> {
  const files = sourceFiles('src/storage/queries').filter((file) => !file.endsWith('.test.ts'));
  const program = `
    const { declaredStatements } = await import('./src/storage/sql.ts');
    for (const file of ${JSON.stringify(files)}) await import('./' + file);
    console.log(JSON.stringify([...declaredStatements()]));`;
  const words = ['--import', 'tsx', '--input-type=module', '-e', program];
  return new Map(JSON.parse(execFileSync(process.execPath, words, { cwd: root, encoding: 'utf8' })));
}

/** What a name may turn out to be that is made of parts. */
function patternOf(name: string): RegExp {
  const parts = name.split(/\$\{.*?\}/).map((part) => part.replaceAll(/\W/g, '\\$&'));
  return new RegExp(`^${parts.join('.+')}$`);
}

/** Tables of the whole server, which belong to no tenant. */
const tablesWithoutTenant = ['heartbeats', 'sallyport_migrations'];

/**
 * Tables with a user id that do not go with the user's row: an action may outlive its user under a pseudonym, a challenge
 * may be older than its user (deleteUser removes both), audit events are append-only, and departed_users is of users who are gone.
 */
const tablesThatOutliveTheUser = ['actions', 'audit_events', 'departed_users'];

/** Statements over all tenants, over none, of rows that were found by their tenant, or of a lock whose name has it. */
const statementsWithoutTenant = [
  'database_now',
  'hold_tracks',
  'list_outdated_rule_sets',
  'list_tables_without_statistics',
  'list_tenants',
  'load_config_versions',
  'load_fingerprints_api_keys',
  'load_fingerprints_authenticator_configurations',
  'load_fingerprints_authenticators',
  'load_fingerprints_session_signing_keys',
  'load_fingerprints_tenants',
  'lock_audit_chain',
  'lock_earlier_guess_budgets',
  'lock_first_tenant',
  'lock_sending',
  'purge_challenges',
  'purge_outbox',
  'purge_sent_messages',
  'purge_sessions',
  'record_heartbeat',
  'take_untold_audit_heads',
];

let db: Database;
let queries: ReturnType<typeof declaredStatements>;
beforeAll(async () => {
  db = await testDatabase('postgres');
  queries = declaredByQueries();
});
afterAll(() => db.close());

async function tablesWith(column: string): Promise<string[]> {
  const rows = await db.query(
    statement<{ table_name: string }>(
      'coverage_tables_with',
      `select table_name::text from information_schema.columns
       where table_schema = 'public' and column_name = $1 order by table_name`,
    ),
    [column],
  );
  return rows.map((row) => row.table_name);
}

async function allTables(): Promise<string[]> {
  const rows = await db.query(
    statement<{ table_name: string }>(
      'coverage_tables',
      `select table_name::text from information_schema.tables
       where table_schema = 'public' and table_type = 'BASE TABLE' order by table_name`,
    ),
    [],
  );
  return rows.map((row) => row.table_name);
}

describe('every table', () => {
  test('belongs to a tenant, which stands first in its key', async () => {
    const keys = await db.query(
      statement<{ table_name: string; first: string }>(
        'coverage_keys',
        `select c.table_name::text, k.column_name::text as first
         from information_schema.table_constraints c
         join information_schema.key_column_usage k using (constraint_schema, constraint_name, table_name)
         where c.table_schema = 'public' and c.constraint_type = 'PRIMARY KEY' and k.ordinal_position = 1`,
      ),
      [],
    );
    const due = (await allTables()).filter((table) => !tablesWithoutTenant.includes(table));
    expect(due.length).toBeGreaterThan(8);
    expect(
      keys
        .filter(({ first }) => first === 'tenant_id')
        .map((row) => row.table_name)
        .sort(),
    ).toEqual(due);
  });

  test('with a user id hangs on the user by a cascading key, so that deleting a user forgets nothing', async () => {
    const cascading = await db.query(
      statement<{ table_name: string; columns: string }>(
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
    const covered = cascading.filter(({ columns }) => columns === 'tenant_id,user_id').map((row) => row.table_name);
    expect([...new Set(covered)].sort()).toEqual(due);
  });

  test('has no time, id or random value that the database makes up by itself (house 2.4)', async () => {
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

  test('of a test has a name that no other file gives, because the files of one process share all names', () => {
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
