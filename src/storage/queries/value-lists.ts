import { sqlTime, statement } from '../sql.ts';
import type { Sql } from '../sql.ts';

export interface ValueListRow {
  readonly alias: string;
  readonly name: string;
  readonly itemType: 'string' | 'number';
  readonly isActive: boolean;
  readonly items: readonly (string | number)[] | null;
}

const columns = 'alias, name, item_type, is_active, items';

const aliasesStatement = statement<{ alias: string }>(
  'list_value_list_aliases',
  'select alias from value_lists where tenant_id = $1 order by name collate "C", alias',
);

/** The aliases of all lists, by the lists' names. */
export async function listValueListAliases(sql: Sql, tenantId: string): Promise<readonly string[]> {
  const rows = await sql.query(aliasesStatement, [tenantId]);
  return rows.map(({ alias }) => alias);
}

/** A list without its contents. */
type NamedList = Pick<ValueListRow, 'alias' | 'name' | 'itemType'>;

const namesStatement = statement<NamedList>(
  'list_value_list_names',
  'select alias, name, item_type from value_lists where tenant_id = $1 order by alias',
);

/** All lists without their contents, by alias. */
export async function listNamedLists(sql: Sql, tenantId: string): Promise<readonly NamedList[]> {
  return sql.query(namesStatement, [tenantId]);
}

const countStatement = statement<{ count: number }>(
  'count_value_lists',
  'select count(*) as count from value_lists where tenant_id = $1',
);

export async function countValueLists(sql: Sql, tenantId: string): Promise<number> {
  const [row] = await sql.query(countStatement, [tenantId]);
  return row?.count ?? 0;
}

const loadStatement = statement<ValueListRow>(
  'load_value_list',
  `select ${columns} from value_lists where tenant_id = $1 and alias = $2`,
);

export async function loadValueList(sql: Sql, tenantId: string, alias: string): Promise<ValueListRow | undefined> {
  const [row] = await sql.query(loadStatement, [tenantId, alias]);
  return row;
}

/** The hash and the size of a list's contents. */
export interface ListVersion {
  readonly hash: string;
  readonly bytes: number;
}

const versionsStatement = statement<ListVersion & { alias: string }>(
  'load_value_list_versions',
  'select alias, hash, bytes from value_lists where tenant_id = $1',
);

/** The versions of all lists, by alias, without their contents. */
export async function loadListVersions(sql: Sql, tenantId: string): Promise<ReadonlyMap<string, ListVersion>> {
  const rows = await sql.query(versionsStatement, [tenantId]);
  return new Map(rows.map(({ alias, ...version }) => [alias, version]));
}

const contentsStatement = statement<{ hash: string; items: readonly (string | number)[] }>(
  'load_value_list_contents',
  `select hash, coalesce(items, '[]') as items from value_lists where tenant_id = $1 and alias = $2`,
);

/** The contents of a list, as conditions read it, with their hash. */
export async function loadListContents(sql: Sql, tenantId: string, alias: string) {
  const [row] = await sql.query(contentsStatement, [tenantId, alias]);
  return row;
}

const lengthsStatement = statement<{ alias: string; length: number }>(
  'load_value_list_lengths',
  `select alias, case when alias = any($2) then jsonb_array_length(coalesce(items, '[]')) else 0 end as length
   from value_lists where tenant_id = $1`,
);

/** The number of items in the lists with these aliases; 0 for aliases without a list. */
export async function loadListLengths(
  sql: Sql,
  tenantId: string,
  aliases: readonly string[],
): Promise<ReadonlyMap<string, number>> {
  const rows = await sql.query(lengthsStatement, [tenantId, aliases]);
  return new Map(rows.map(({ alias, length }) => [alias, length]));
}

const recordStatement = statement<never>(
  'record_value_list',
  `insert into value_lists (tenant_id, alias, name, item_type, is_active, items, created_at, updated_at)
   values ($1, $2, $3, $4, $5, $6, $7, $7)
   on conflict (tenant_id, alias) do update set
     name = excluded.name, is_active = excluded.is_active, items = excluded.items, updated_at = excluded.updated_at`,
);

/** Stores a new list, or replaces an existing one. */
export async function recordValueList(sql: Sql, tenantId: string, row: ValueListRow, nowMs: number): Promise<void> {
  await sql.query(recordStatement, [
    tenantId,
    row.alias,
    row.name,
    row.itemType,
    row.isActive,
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
