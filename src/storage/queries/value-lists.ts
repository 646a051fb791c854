import { sqlTime, statement } from '../sql.ts';
import type { Sql } from '../sql.ts';

export interface ValueListRow {
  readonly alias: string;
  readonly name: string;
  readonly item_type: 'string' | 'number';
  readonly is_active: boolean;
  readonly items: readonly (string | number)[] | null;
}

const columns = 'alias, name, item_type, is_active, items';

const listStatement = statement<ValueListRow>(
  'list_value_lists',
  `select ${columns} from value_lists where tenant_id = $1 order by name collate "C", alias`,
);

export async function listValueLists(sql: Sql, tenantId: string): Promise<readonly ValueListRow[]> {
  return sql.query(listStatement, [tenantId]);
}

const loadStatement = statement<ValueListRow>(
  'load_value_list',
  `select ${columns} from value_lists where tenant_id = $1 and alias = $2`,
);

export async function loadValueList(sql: Sql, tenantId: string, alias: string): Promise<ValueListRow | undefined> {
  const [row] = await sql.query(loadStatement, [tenantId, alias]);
  return row;
}

const hashesStatement = statement<{ alias: string; hash: string }>(
  'load_value_list_hashes',
  'select alias, hash from value_lists where tenant_id = $1',
);

/** The hash of each list's contents, by alias. */
export async function loadListHashes(sql: Sql, tenantId: string): Promise<ReadonlyMap<string, string>> {
  const rows = await sql.query(hashesStatement, [tenantId]);
  return new Map(rows.map(({ alias, hash }) => [alias, hash]));
}

const contentsStatement = statement<{ hash: string; items: readonly (string | number)[]; bytes: number }>(
  'load_value_list_contents',
  `select hash, coalesce(items, '[]') as items, octet_length(items::text) as bytes
   from value_lists where tenant_id = $1 and alias = $2`,
);

/** What a list holds, as conditions read it, with the hash and the size of that. */
export async function loadListContents(sql: Sql, tenantId: string, alias: string) {
  const [row] = await sql.query(contentsStatement, [tenantId, alias]);
  return row;
}

const recordStatement = statement<never>(
  'record_value_list',
  `insert into value_lists (tenant_id, alias, name, item_type, is_active, items, created_at, updated_at)
   values ($1, $2, $3, $4, $5, $6, $7, $7)
   on conflict (tenant_id, alias) do update set
     name = excluded.name, is_active = excluded.is_active, items = excluded.items, updated_at = excluded.updated_at`,
);

/** Stores a new list, or a known one as it is now. */
export async function recordValueList(sql: Sql, tenantId: string, row: ValueListRow, nowMs: number): Promise<void> {
  await sql.query(recordStatement, [
    tenantId,
    row.alias,
    row.name,
    row.item_type,
    row.is_active,
    row.items === null ? null : JSON.stringify(row.items),
    sqlTime(nowMs),
  ]);
}

const deleteStatement = statement<never>(
  'delete_value_list',
  'delete from value_lists where tenant_id = $1 and alias = $2',
);

export async function deleteValueListRow(sql: Sql, tenantId: string, alias: string): Promise<void> {
  await sql.query(deleteStatement, [tenantId, alias]);
}
