import { statement } from '../../src/storage/sql.ts';
import type { Database } from '../../src/storage/sql.ts';

const tablesStatement = statement<{ tableName: string }>(
  'database_text_tables',
  // A table of parts has the rows of all of them.
  `select relname::text as table_name from pg_class
   where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') and not relispartition`,
);

/**
 * Every row of every table as text, by table: what a thief of the database could read, and what must not be left
 * behind.
 */
export async function databaseText(db: Database): Promise<ReadonlyMap<string, string>> {
  const text = new Map<string, string>();
  for (const { tableName: table } of await db.query(tablesStatement, [])) {
    const rows = await db.query(
      statement<{ row: string }>(`database_text_${table}`, `select row_to_json(t)::text as row from "${table}" t`),
      [],
    );
    text.set(table, rows.map(({ row }) => row).join('\n'));
  }
  return text;
}
