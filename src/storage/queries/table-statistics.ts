import { statement } from '../sql.ts';
import type { Sql } from '../sql.ts';

const listStatement = statement<{ table_name: string }>(
  'list_tables_without_statistics',
  // relpages is the size that the planner knows of; reltuples is -1 for a table of which it knows nothing. The small ones
  // come first, so that one too large to be looked at in time keeps nobody back.
  `select format('%I.%I', n.nspname, c.relname) as table_name
   from pg_class c join pg_namespace n on n.oid = c.relnamespace
   where n.nspname = current_schema() and c.relkind = 'r' and pg_relation_size(c.oid) > 0
     and (c.reltuples < 0 or pg_relation_size(c.oid) >= 2 * c.relpages::bigint * current_setting('block_size')::int)
   order by pg_relation_size(c.oid)`,
);

/** The tables, quoted, of whose content the planner has no notion: never looked at, or half as large then as they are now. */
export async function listTablesWithoutStatistics(sql: Sql): Promise<readonly string[]> {
  const rows = await sql.query(listStatement, []);
  return rows.map(({ table_name: tableName }) => tableName);
}

/** Lets the planner look at a table, unless somebody does already. Statements that read it are planned anew. */
export async function refreshTableStatistics(sql: Sql, tableName: string): Promise<void> {
  await sql.script(`analyze (skip_locked) ${tableName}`);
}
