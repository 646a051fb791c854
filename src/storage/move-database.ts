/**
 * Copies a whole database into an empty one, column by column as text, from which every type can be read back
 * unchanged.
 */
import { escapeIdentifier } from 'pg';
import { DatabaseUnfit, migrationsTable } from './prepare-schema.ts';
import { takeMonthsFrom } from './queries/actions/months.ts';
import { statement } from './sql.ts';
import type { Database, Sql } from './sql.ts';

interface Table {
  readonly name: string;
  /** Columns that can be written; generated columns are left out, because the database computes them. */
  readonly columns: readonly string[];
  readonly types: readonly string[];
  /** Tables that rows of this one refer to. */
  readonly parents: readonly string[];
}

const tablesStatement = statement<Table>(
  'move_tables',
  `select c.relname::text as name,
     array_agg(a.attname::text order by a.attname) as columns,
     array_agg(format_type(a.atttypid, a.atttypmod) order by a.attname) as types,
     array(
       select distinct confrelid::regclass::text from pg_constraint
       where conrelid = c.oid and contype = 'f' and confrelid <> c.oid order by 1
     ) as parents
   from pg_class c
   join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and a.attgenerated = ''
   where c.relnamespace = current_schema()::regnamespace and c.relkind = 'r' and c.relname <> '${migrationsTable}'
   group by c.oid, c.relname order by c.relname`,
);
const sequencesStatement = statement<{ name: string }>(
  'move_sequences',
  `select relname::text as name from pg_class
   where relnamespace = current_schema()::regnamespace and relkind = 'S' order by relname`,
);
const encodingStatement = statement<{ encoding: string }>(
  'move_encoding',
  `select current_setting('server_encoding') as encoding`,
);

/** Number of rows of a table. */
export interface MovedTable {
  readonly name: string;
  readonly rows: number;
}

/**
 * Copies every row and every sequence of `source` in one transaction of `target`, whose tables must exist and be empty.
 * The transaction is rolled back unless all counts agree and `check`, which gets both databases, does not throw. The
 * source is only read.
 * @throws {DatabaseUnfit} with the reason that prevents the copy
 */
export async function moveDatabase(
  source: Database,
  target: Database,
  check: (from: Sql, to: Sql) => Promise<void>,
): Promise<readonly MovedTable[]> {
  return source.transaction((from) =>
    target.transaction(async (to) => {
      // From an earlier attempt, when the transaction is retried.
      await from.script('close all');
      await takeMonthsFrom(from, to);
      const tables = parentsFirst(await from.query(tablesStatement, []));
      await requireSameTables(tables, to);
      // Until the end no other process writes here, and triggers must not create rows that are copied as well.
      for (const { name } of tables) await switchTriggers('disable', name, to);
      await requireEmpty(tables, to);
      const moved: MovedTable[] = [];
      for (const table of tables) moved.push({ name: table.name, rows: await copyRows(table, from, to) });
      for (const { name } of await from.query(sequencesStatement, [])) await copySequence(name, from, to);
      for (const { name } of tables) await switchTriggers('enable', name, to);
      for (const { name, rows } of moved) {
        const [before, after] = [await countRows(name, from), await countRows(name, to)];
        if (before !== rows || after !== rows)
          throw new Error(`Of the ${before} rows of ${name} ${rows} were copied, and ${after} arrived.`);
      }
      await check(from, to);
      return moved;
    }),
  );
}

async function requireSameTables(tables: readonly Table[], to: Sql): Promise<void> {
  const [setting] = await to.query(encodingStatement, []);
  if (setting?.encoding !== 'UTF8')
    throw new DatabaseUnfit(`The new database is in ${setting?.encoding ?? 'no encoding'}. Make one in UTF8.`);
  const known = new Map((await to.query(tablesStatement, [])).map((table) => [table.name, JSON.stringify(table)]));
  const others = tables.filter((table) => known.get(table.name) !== JSON.stringify(table));
  if (others.length > 0 || known.size !== tables.length) {
    const names = others.map(({ name }) => name).join(', ');
    throw new DatabaseUnfit(
      `The new database does not have the tables of this version${names === '' ? '' : ` (${names})`}. Give one that is empty.`,
    );
  }
}

async function requireEmpty(tables: readonly Table[], to: Sql): Promise<void> {
  for (const { name } of tables) {
    const rows = await countRows(name, to);
    if (rows > 0) {
      throw new DatabaseUnfit(
        `The new database is not empty: its table ${name} has ${rows} ${rows === 1 ? 'row' : 'rows'}. Give one that is empty.`,
      );
    }
  }
}

async function switchTriggers(how: 'enable' | 'disable', name: string, to: Sql): Promise<void> {
  try {
    await to.script(`alter table ${escapeIdentifier(name)} ${how} trigger user`);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === '42501')
      throw new DatabaseUnfit(`Only the owner of the tables can move into them: ${error.message}. Name that role.`);
    throw error;
  }
}

/** Ordered so that a row is never inserted before the row that it refers to. */
function parentsFirst(tables: readonly Table[]): readonly Table[] {
  const sorted = new Map<string, Table>();
  const add = (table: Table) => {
    for (const parent of table.parents) {
      const found = tables.find(({ name }) => name === parent);
      if (found !== undefined && !sorted.has(parent)) add(found);
    }
    sorted.set(table.name, table);
  };
  for (const table of tables) add(table);
  return [...sorted.values()];
}

// Rows per page: the power of ten whose rows have about a megabyte together.
const pageSizes = [1, 10, 100, 1_000] as const;
const pageBytes = 1_000_000;

async function copyRows({ name, columns, types }: Table, from: Sql, to: Sql): Promise<number> {
  const quoted = columns.map(escapeIdentifier);
  const cursor = escapeIdentifier(`move_${name}`);
  await from.script(
    `declare ${cursor} no scroll cursor for select ${quoted.map((it, at) => `${it}::text as c${at}`).join(', ')} from ${escapeIdentifier(name)}`,
  );
  const fetchOf = (size: number) =>
    statement<Record<string, string | null>>(`move_load_${name}_${size}`, `fetch forward ${size} from ${cursor}`);
  const insert = statement<never>(
    `move_record_${name}`,
    `insert into ${escapeIdentifier(name)} (${quoted.join(', ')}) overriding system value
     select ${quoted.map((it, index) => `${it}::${types[index]}`).join(', ')}
     from unnest(${columns.map((_, index) => `$${index + 1}::text[]`).join(', ')}) as given (${quoted.join(', ')})`,
  );
  let size: number = pageSizes[1];
  let copied = 0;
  for (;;) {
    const page = await from.query(fetchOf(size), []);
    if (page.length === 0) break;
    const values = columns.map((_, at) => page.map((row) => row[`c${at}`] ?? null));
    await to.query(insert, values);
    copied += page.length;
    const bytes = values.flat().reduce((sum, value) => sum + (value?.length ?? 0), 0);
    size = pageSizes.findLast((it) => (it * bytes) / page.length <= pageBytes) ?? pageSizes[0];
  }
  await from.script(`close ${cursor}`);
  return copied;
}

async function countRows(name: string, sql: Sql): Promise<number> {
  const count = statement<{ rows: number }>(
    `move_count_${name}`,
    `select count(*) as rows from ${escapeIdentifier(name)}`,
  );
  const [row] = await sql.query(count, []);
  return row?.rows ?? 0;
}

async function copySequence(name: string, from: Sql, to: Sql): Promise<void> {
  const load = statement<{ last: string; isCalled: boolean }>(
    `move_load_sequence_${name}`,
    `select last_value::text as last, is_called from ${escapeIdentifier(name)}`,
  );
  const [state] = await from.query(load, []);
  if (state === undefined) return;
  const record = statement<never>(
    `move_record_sequence_${name}`,
    `select setval('${escapeIdentifier(name)}'::regclass, $1::bigint, $2::boolean)`,
  );
  await to.query(record, [state.last, state.isCalled]);
}
