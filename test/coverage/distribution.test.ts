/**
 * Statements and schema that Citus can distribute by tenant (decision 0034). There is no Citus here: these are its rules,
 * as far as they can be read from the text of a statement and from the catalogue of PostgreSQL.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  distributedFunctions,
  distributedTables,
  localTables,
  referenceTables,
  replacedTriggers,
} from '../../src/storage/distribution.ts';
import { statement } from '../../src/storage/sql.ts';
import type { Database, declaredStatements } from '../../src/storage/sql.ts';
import { testDatabase } from '../../src/testkit/test-database.ts';
import { declaredByQueries } from '../rig/declared-statements.ts';
import { isBound, levelsOf, mentionsOf, withoutLiterals } from '../rig/sql-levels.ts';
import type { Level, Mention } from '../rig/sql-levels.ts';

let db: Database;
let queries: ReturnType<typeof declaredStatements>;
/** Names of functions by how much they may change between calls. */
let functions: { readonly volatile: ReadonlySet<string>; readonly stable: ReadonlySet<string> };
/** The columns of the unique keys of each table. */
let keys: ReadonlyMap<string, readonly (readonly string[])[]>;
beforeAll(async () => {
  db = await testDatabase('postgres');
  queries = declaredByQueries();
  const rows = await db.query(
    statement<{ name: string; kind: string }>(
      'distribution_functions',
      `select distinct proname::text as name, max(provolatile::text) over (partition by proname) as kind from pg_proc
       where pronamespace in ('pg_catalog'::regnamespace, 'public'::regnamespace)`,
    ),
    [],
  );
  const named = (kind: string) => new Set(rows.filter((row) => row.kind === kind).map(({ name }) => name));
  functions = { volatile: named('v'), stable: named('s') };
  const keyRows = await db.query(
    statement<{ tableName: string; columns: readonly string[] }>(
      'distribution_keys',
      `select i.indrelid::regclass::text as table_name, array(
         select a.attname::text from unnest(i.indkey) with ordinality k (number, place)
         join pg_attribute a on a.attrelid = i.indrelid and a.attnum = k.number order by k.place
       ) as columns
       from pg_index i join pg_class c on c.oid = i.indrelid
       where c.relnamespace = 'public'::regnamespace and i.indisunique and i.indpred is null`,
    ),
    [],
  );
  keys = new Map(
    keyRows.map(({ tableName }) => [
      tableName,
      keyRows.filter((row) => row.tableName === tableName).map(({ columns }) => columns),
    ]),
  );
});
afterAll(() => db.close());

/** Each name has its reason, which must be true under Citus. A statement that is mended leaves the list: see the test. */
type Exceptions = Readonly<Record<string, string>>;

const ofEarlierRelease = 'finds nothing: what an earlier release left is moved before the tables are distributed';
const readsAllShards = 'only reads, from all workers, which rows a job then changes tenant by tenant';
const readsForMetrics = 'only reads, from all workers, for metrics';
const readsSeals =
  'only reads, from all workers, at the start and for `sallyport keys reseal`, which then writes by tenant';

/** These would write for several tenants at once, which no worker can do for another. */
const beforeDistribution: Exceptions = {
  adopt_earlier_departures: 'runs only if find_earlier_departure finds one, which no node of this release makes',
  carry_guess_budgets: 'runs only for rows that load_earlier_guess_budgets finds, which no node of this release makes',
};

const forAllTenants: Exceptions = {
  ...beforeDistribution,
  count_actions_without_month: readsForMetrics,
  count_waiting_audit_events: readsForMetrics,
  count_waiting_event_deliveries: 'only reads, from all workers, for a metric',
  count_waiting_deliveries: readsForMetrics,
  count_waiting_departures: readsForMetrics,
  count_for_alerts: 'only reads, from all workers; the tables are joined by the tenant',
  find_earlier_departure: ofEarlierRelease,
  has_actions: 'only of a move into an empty database, which is not distributed yet',
  list_departed_events: readsAllShards,
  list_departures: readsAllShards,
  list_ended_action_logs: 'only reads, from all workers; the tables are joined by the tenant',
  list_due_challenges: readsAllShards,
  list_due_contact_marks: readsAllShards,
  list_due_deliveries: 'only reads, from all workers, for which endpoints something is due; joined by the tenant',
  list_due_delivery_attempts: readsAllShards,
  list_due_helps: readsAllShards,
  list_due_operator_sessions: readsAllShards,
  list_due_outbox: readsAllShards,
  list_due_outbox_rows: readsAllShards,
  list_due_provider_reports: readsAllShards,
  list_due_sent_messages: readsAllShards,
  list_due_sessions: readsAllShards,
  list_due_texts: readsAllShards,
  list_due_used_oidc_flows: readsAllShards,
  list_endpoints_to_forward: readsAllShards,
  list_outdated_rule_sets: 'only reads, from all workers, at the start; the tables are joined by the tenant',
  list_tenants_with_more_documents: 'only reads, from all workers, and adds up by tenant',
  list_tenants_with_old_counts: readsAllShards,
  list_tenants_with_old_hours: readsAllShards,
  list_tenants_with_old_text_counts: readsAllShards,
  list_tenants_with_action_log: 'only reads, from all workers; the tables are joined by the tenant',
  list_unlinked_audit_events: readsAllShards,
  list_tally_series: readsAllShards,
  list_untold_audit_heads: readsAllShards,
  list_watched_measures: readsAllShards,
  load_action_without_month: 'only reads, from all workers, whether another month needs a table',
  load_due_helps: readsAllShards,
  load_due_successors: readsAllShards,
  load_earlier_guess_budgets: ofEarlierRelease,
  load_fingerprint_authenticator_configurations: readsSeals,
  load_fingerprint_authenticators: readsSeals,
  load_fingerprint_operator_passwords: readsSeals,
  load_fingerprint_session_signing_keys: readsSeals,
  load_old_documents: 'only reads, from all workers; its inner query is of the tenant of the outer one',
  load_sealed_authenticator_configurations: readsSeals,
  load_sealed_authenticators: readsSeals,
  load_sealed_operator_passwords: readsSeals,
  load_sealed_session_signing_keys: readsSeals,
};

const locksNotified = 'locks one user by key, whom it notifies';

const deletesBatch = 'locks a batch of rows of one tenant, which are all on one worker, by the index of their owner';

const lockingMore: Exceptions = {
  decide_again: 'locks the marks of one user, which are all on one worker',
  delete_departed_actions: deletesBatch,
  delete_departed_keys: deletesBatch,
  delete_departed_marks: deletesBatch,
  delete_departed_reviews: deletesBatch,
  delete_departed_tallies: deletesBatch,
  fold_tallies:
    'locks rows of one tenant and series, which are all on one worker, by their time; none that others lock',
  purge_tallies: 'locks a batch of rows of one tenant and series, which are all on one worker, by their age',
  spend_attempt: locksNotified,
  spend_attempt_at_codes: locksNotified,
  spend_attempt_at_codes_limited: locksNotified,
  spend_attempt_limited: locksNotified,
  forward_deliveries: 'locks a batch of rows of one endpoint, which are all on one worker, by their age',
  purge_outbox_of_tenant: 'locks a batch of rows of one tenant, which are all on one worker, by their age',
  remove_old_actions: 'locks a batch of rows of one tenant, which are all on one worker, by their ids',
  rename_departed_actions: deletesBatch,
  take_deliveries: 'locks a batch of rows of one endpoint, which are all on one worker, by when they are due',
};

function expectOnly(breaking: Iterable<string>, exceptions: Exceptions): void {
  expect([...new Set(breaking)].sort()).toEqual(Object.keys(exceptions).sort());
}

function* breaking(rule: (text: string) => boolean): Generator<string> {
  for (const [name, text] of queries) if (rule(text)) yield name;
}

// A part of a partitioned table is distributed with it.
const tablesOfTenants = [...distributedTables, 'actions', 'actions_default', 'named_documents'];

/** Whether a query of the statement reads or writes rows of a tenant that it does not name. */
function lacksTenant(text: string): boolean {
  const levels = levelsOf(text).map((level) => ({ level, mentions: mentionsOf(level, tablesOfTenants) }));
  if (levels.every(({ mentions }) => mentions.length === 0)) return false;
  const isNamed = /tenant_id = \$\d+(?!\w)|(?:values \(|select )\$1\b/.test(withoutLiterals(text));
  return !isNamed || levels.some(({ level, mentions }) => mentions.some((mention) => !isOfTenant(level, mention)));
}

/** Whether a query takes only rows of one tenant from this table: of `$n`, or of another row that is known to be of one. */
function isOfTenant(level: Level, mention: Mention): boolean {
  const into = new RegExp(
    String.raw`insert into ${mention.table}\b(?: as \w+)? \(tenant_id, [^)]*\) (?:values \(|select )(?:distinct on \([^)]*\)\s+)?([^,]*),`,
  );
  const [, first] = into.exec(level.text) ?? [];
  if (first !== undefined) return /^\$\d+(?:::uuid)?$|^(?:\w+\.)?tenant_id$/.test(first.trim());
  return tenantAliases(level).has(mention.alias);
}

/** The names of those tables of a query whose rows are of one tenant. */
function tenantAliases(level: Level): ReadonlySet<string> {
  const all = mentionsOf(level, tablesOfTenants).map(({ alias }) => alias);
  const isAlone = !/\b(?:join|using)\b|,\s*\w+ \w+\s+where|from \w+(?: \w+)?,/.test(level.text);
  const equalities = [...level.text.matchAll(/((?:\w+\.)?\btenant_id) = (\$\d+|\w+\.tenant_id)/g)];
  const pairs = equalities.flatMap(([, one = '', other = '']) => [
    [ownerOf(one), ownerOf(other)] as const,
    [ownerOf(other), ownerOf(one)] as const,
  ]);
  const found = new Set<string>();
  for (let before = -1; before < found.size;) {
    before = found.size;
    for (const [one, other] of pairs) {
      const isKnown = other === '$' || found.has(other) || (other !== '' && !all.includes(other));
      if (isKnown) for (const alias of one === '' && isAlone ? all : [one]) found.add(alias);
    }
  }
  return found;
}

/** The name in front of a column; '' for none, '$' for a value. */
function ownerOf(text: string): string {
  if (text.startsWith('$')) return '$';
  return text.includes('.') ? text.slice(0, text.indexOf('.')) : '';
}

const locks = /\bfor (?:no key )?update\b|\bfor (?:key )?share\b/;
const writes = new RegExp(String.raw`\b(?:insert into|update \w+(?: (?:as )?\w+)? set|delete from)\b|${locks.source}`);

function calls(text: string, names: ReadonlySet<string>): boolean {
  return [...text.matchAll(/\b(\w+) ?\(/g)].some(([, name = '']) => names.has(name));
}

/** What an `update`, or the update of an `insert`, sets. */
function assignmentsOf(text: string): readonly string[] {
  return levelsOf(text).flatMap(({ text: level }) =>
    [...level.matchAll(/\bset (.*?)(?=\bwhere\b|\bfrom \w|\breturning\b|$)/g)].map(([, set = '']) => set),
  );
}

/** Adding an interval to a time depends on the session's time zone, so it counts as stable. */
const addsInterval = /::timestamptz [+-]|interval ''/;

function locksBeyondKey({ text }: { readonly text: string }): boolean {
  if (!locks.test(text)) return false;
  const [mention, ...others] = mentionsOf({ text }, [...tablesOfTenants, ...referenceTables]);
  if (mention === undefined || others.length > 0) return true;
  const isAlone = !/, \w+ \w+ where/.test(text);
  const candidates = keys.get(mention.table) ?? [];
  return !candidates.some((key) => key.every((column) => isBound({ text }, mention, column, isAlone)));
}

describe('every table', () => {
  test('is distributed by tenant, on every node, or on the coordinator', async () => {
    const rows = await db.query(
      statement<{ name: string }>(
        'distribution_tables',
        `select relname::text as name from pg_class
         where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') and not relispartition order by 1`,
      ),
      [],
    );
    const placed: readonly string[] = [...distributedTables, ...referenceTables, ...localTables];
    expect(placed.toSorted()).toEqual(rows.map(({ name }) => name));
  });

  test('stands after those that it refers to, which are on the same worker or on all', async () => {
    const rows = await db.query(
      statement<{ from: string; to: string; isByTenant: boolean }>(
        'distribution_references',
        `select conrelid::regclass::text as from, confrelid::regclass::text as to,
           (select attname = 'tenant_id' from pg_attribute where attrelid = conrelid and attnum = conkey[1]) as is_by_tenant
         from pg_constraint where contype = 'f' and connamespace = 'public'::regnamespace`,
      ),
      [],
    );
    expect(rows.length).toBeGreaterThan(8);
    const order: readonly string[] = [...referenceTables, ...distributedTables];
    const wrong = rows.filter(({ from, to, isByTenant }) => order.indexOf(from) <= order.indexOf(to) || !isByTenant);
    expect(wrong).toEqual([]);
  });

  test('that is distributed has no unique index without the tenant', async () => {
    const rows = await db.query(
      statement<{ name: string; tableName: string }>(
        'distribution_unique_indexes',
        `select i.indexrelid::regclass::text as name, i.indrelid::regclass::text as table_name from pg_index i
         join pg_class c on c.oid = i.indrelid join pg_attribute a on a.attrelid = c.oid and a.attnum = i.indkey[0]
         where c.relnamespace = 'public'::regnamespace and i.indisunique and a.attname <> 'tenant_id'`,
      ),
      [],
    );
    const elsewhere: readonly string[] = [...referenceTables, ...localTables];
    expect(rows.filter(({ tableName }) => !elsewhere.includes(tableName))).toEqual([]);
  });

  test('has no trigger but those that distribution replaces', async () => {
    const rows = await db.query(
      statement<{ name: string }>(
        'distribution_triggers',
        'select distinct tgname::text as name from pg_trigger where not tgisinternal order by 1',
      ),
      [],
    );
    expect(rows.map(({ name }) => name)).toEqual(replacedTriggers.map(({ name }) => name).toSorted());
  });
});

test('every function that columns and indexes are computed by goes to the workers', async () => {
  const rows = await db.query(
    statement<{ name: string }>(
      'distribution_immutable',
      `select oid::regprocedure::text as name from pg_proc
       where pronamespace = 'public'::regnamespace and provolatile = 'i' order by 1`,
    ),
    [],
  );
  expect(rows.map(({ name }) => name)).toEqual([...distributedFunctions]);
});

describe('every statement', () => {
  test('names its tenant for each distributed table', () => {
    expectOnly(breaking(lacksTenant), forAllTenants);
  });

  test('would be found by the rule if it left out one of its tenants', () => {
    let checked = 0;
    for (const [name, text] of queries) {
      if (name in forAllTenants || levelsOf(text).every((level) => mentionsOf(level, tablesOfTenants).length === 0))
        continue;
      const elsewhere = levelsOf(text).flatMap((level) => mentionsOf(level, referenceTables).map(({ alias }) => alias));
      for (const { index, 0: condition, 1: alias = '' } of text.matchAll(/(?:\b(\w+)\.)?\btenant_id = \$1(?!\d)/g)) {
        if (elsewhere.includes(alias)) continue;
        const without = `${text.slice(0, index)}true${text.slice(index + condition.length)}`;
        checked += 1;
        if (!lacksTenant(without)) throw new Error(`${name} without ${condition} at ${index} is not found.`);
      }
    }
    expect(checked).toBeGreaterThan(100);
  });

  test('for all tenants only reads, and locks nothing', () => {
    const writing = Object.keys(forAllTenants).filter((name) => writes.test(withoutLiterals(queries.get(name) ?? '')));
    expect(writing.sort()).toEqual(Object.keys(beforeDistribution).sort());
  });

  test('that writes calls no function that may answer differently each time', () => {
    const isBroken = (text: string) =>
      writes.test(withoutLiterals(text)) && calls(withoutLiterals(text), functions.volatile);
    expectOnly(breaking(isBroken), {});
  });

  test('sets columns only by what is immutable', () => {
    const isBroken = (text: string) =>
      assignmentsOf(text).some(
        (set) => calls(set, functions.stable) || calls(set, functions.volatile) || addsInterval.test(set),
      );
    expectOnly(breaking(isBroken), {});
  });

  test('that inserts values computes none of them by a query', () => {
    const isBroken = (text: string) =>
      levelsOf(text).some(({ text: level }) => /\binsert into .*\bvalues \(.*\(\)/.test(level));
    expectOnly(breaking(isBroken), {});
  });

  test('locks rows by tenant and key', () => {
    expectOnly(
      breaking((text) => levelsOf(text).some(locksBeyondKey)),
      lockingMore,
    );
  });

  test('that records an audit event queues it for its chain, without a trigger', () => {
    const isOf = (table: string) => (text: string) => new RegExp(`\\binsert into ${table}\\b`).test(text);
    const recording = [...breaking(isOf('audit_events'))];
    expect(recording).toContain('record_proof_code');
    expect([...breaking(isOf('audit_unlinked'))]).toEqual(recording);
  });

  test('is not recursive', () => {
    expectOnly(
      breaking((text) => /\brecursive\b/.test(withoutLiterals(text))),
      {},
    );
  });
});
