import { statement } from '../../src/storage/sql.ts';
import type { Database } from '../../src/storage/sql.ts';

const tablesStatement = statement<{ table_name: string }>(
  'database_text_tables',
  `select table_name from information_schema.tables where table_schema = 'public' and table_type = 'BASE TABLE'`,
);

/** Every row of every table as text, by table: what a thief of the database reads, and what must not be left behind. */
export async function databaseText(db: Database): Promise<ReadonlyMap<string, string>> {
  const text = new Map<string, string>();
  for (const { table_name: table } of await db.query(tablesStatement, [])) {
    const rows = await db.query(
      statement<{ row: string }>(`database_text_${table}`, `select row_to_json(t)::text as row from "${table}" t`),
      [],
    );
    text.set(table, rows.map(({ row }) => row).join('\n'));
  }
  return text;
}
