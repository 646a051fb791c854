import { statement } from '../sql.ts';
import type { Sql } from '../sql.ts';

const listStatement = statement<{ tableName: string }>(
  'list_tables_without_statistics',
  // relpages is the size that the planner knows; reltuples is -1 for a table without statistics. Small tables come
  // first, so that one too large to be analysed in time does not delay the others.
  `select format('%I.%I', n.nspname, c.relname) as table_name
   from pg_class c join pg_namespace n on n.oid = c.relnamespace
   where n.nspname = current_schema() and c.relkind = 'r' and pg_has_role(c.relowner, 'USAGE') and pg_relation_size(c.oid) > 0
     and (c.reltuples < 0 or pg_relation_size(c.oid) >= 2 * c.relpages::bigint * current_setting('block_size')::int)
   order by pg_relation_size(c.oid)`,
);

/** The tables, quoted, whose content the planner does not know: never analysed, or half as large then as now. Only of
 * the role's own tables: others it may not analyse. */
export async function listTablesWithoutStatistics(sql: Sql): Promise<readonly string[]> {
  const rows = await sql.query(listStatement, []);
  return rows.map(({ tableName }) => tableName);
}

/** Analyses a table, unless another process does already. Statements that read it are planned again. */
export async function refreshTableStatistics(sql: Sql, tableName: string): Promise<void> {
  await sql.script(`analyze (skip_locked) ${tableName}`);
}

const toVacuumStatement = statement<{ tableName: string }>(
  'list_tables_to_vacuum',
  // As autovacuum_vacuum_threshold and its scale factor. The catalogue too, which every migration and statistic changes;
  // and what is so old that a vacuum freezes it (vacuum_freeze_table_age), before transaction numbers run out.
  `select format('%I.%I', s.schemaname, s.relname) as table_name
   from pg_stat_all_tables s join pg_class c on c.oid = s.relid
   where c.relkind = 'r' and s.schemaname not like 'pg_toast%'
     and (s.n_dead_tup > 50 + 0.2 * greatest(c.reltuples, 0) or age(c.relfrozenxid) > 150000000)
   order by pg_relation_size(c.oid)`,
);

/** The tables, quoted, with so many dead rows that a server would vacuum them by now; the smallest first. */
export async function listTablesToVacuum(sql: Sql): Promise<readonly string[]> {
  const rows = await sql.query(toVacuumStatement, []);
  return rows.map(({ tableName }) => tableName);
}

/** Frees the space of a table's dead rows for new ones, and tells the planner what is in it. */
export async function vacuumTable(sql: Sql, tableName: string): Promise<void> {
  await sql.script(`vacuum (analyze, skip_locked) ${tableName}`);
}
