import { statement } from '../../src/storage/sql.ts';
import type { Sql } from '../../src/storage/sql.ts';

const schemaStatement = statement<{ what: string; it: string }>(
  'schema_of_test',
  `select 'column' as what, table_name || '.' || column_name || ' ' || data_type || ' ' || is_nullable || ' ' || coalesce(column_default, '') as it
     from information_schema.columns where table_schema = 'public'
   union all select 'index', indexdef || case when indisvalid then '' else ' invalid' end
     from pg_indexes join pg_index on indexrelid = (schemaname || '.' || indexname)::regclass where schemaname = 'public'
   union all select 'constraint', conrelid::regclass || ' ' || conname || ' ' || pg_get_constraintdef(oid)
     from pg_constraint where connamespace = 'public'::regnamespace and contype <> 'n'
   union all select 'trigger', tgrelid::regclass || ' ' || tgname from pg_trigger where not tgisinternal
   union all select 'part', inhparent::regclass || ' ' || inhrelid::regclass from pg_inherits
     join pg_class on oid = inhparent where relkind = 'p'
   order by 1, 2`,
);

/** Tables, columns, keys, indexes, triggers and parts, as text. */
export async function schemaOf(sql: Sql): Promise<string> {
  const found = await sql.query(schemaStatement, []);
  // Which months there are depends on the day, and on what was there before.
  const lasting = found.filter(({ it }) => !/\bactions_\d{4}_\d\d/.test(it));
  return JSON.stringify(lasting, null, 1).replace(/action_id < '[^']*'/, 'action_id < …');
}
