/** Copies a whole database into an empty one, as text column by column, which every type can be read back from unchanged. */
import { escapeIdentifier } from 'pg';
import { DatabaseUnfit, migrationsTable } from './prepare-schema.ts';
import { statement } from './sql.ts';
import type { Database, Sql } from './sql.ts';

interface Table {
  readonly name: string;
  /** Those that can be written; what the database works out itself comes by itself. */
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

/** How many rows a table had. */
export interface MovedTable {
  readonly name: string;
  readonly rows: number;
}

/**
 * Copies every row and every sequence of `source` in one transaction of `target`, whose tables have to be there and empty.
 * Nothing of it is left unless all counts agree and `check`, which is given both, has not thrown. The source is only read.
 * @throws {DatabaseUnfit} with what stands in the way of the copy
 */
export async function moveDatabase(
  source: Database,
  target: Database,
  check: (from: Sql, to: Sql) => Promise<void>,
): Promise<readonly MovedTable[]> {
  return source.transaction((from) =>
    target.transaction(async (to) => {
      // Of an attempt that is made again.
      await from.script('close all');
      const tables = parentsFirst(await from.query(tablesStatement, []));
      await refuseUnfit(tables, to);
      // Until the end nobody else writes here, and triggers make no rows that are copied as well.
      for (const { name } of tables) await switchTriggers('disable', name, to);
      await refuseFilled(tables, to);
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

async function refuseUnfit(tables: readonly Table[], to: Sql): Promise<void> {
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

async function refuseFilled(tables: readonly Table[], to: Sql): Promise<void> {
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

/** So that a row is never there before what it refers to. */
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

// How many rows at once: as many as have about a megabyte together, to the power of ten.
const pageSizes = [1, 10, 100, 1_000] as const;
const pageBytes = 1_000_000;

async function copyRows({ name, columns, types }: Table, from: Sql, to: Sql): Promise<number> {
  const quoted = columns.map(escapeIdentifier);
  const cursor = escapeIdentifier(`move_${name}`);
  await from.script(
    `declare ${cursor} no scroll cursor for select ${quoted.map((it) => `${it}::text`).join(', ')} from ${escapeIdentifier(name)}`,
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
    const values = columns.map((column) => page.map((row) => row[column] ?? null));
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
  const load = statement<{ last: string; is_called: boolean }>(
    `move_load_sequence_${name}`,
    `select last_value::text as last, is_called from ${escapeIdentifier(name)}`,
  );
  const [state] = await from.query(load, []);
  if (state === undefined) return;
  const record = statement<never>(
    `move_record_sequence_${name}`,
    `select setval('${escapeIdentifier(name)}'::regclass, $1::bigint, $2::boolean)`,
  );
  await to.query(record, [state.last, state.is_called]);
}
