import { listValueLists as route } from '../../contract/management/value-lists.ts';
import { listValueListAliases, loadValueList } from '../../storage/queries/value-lists.ts';
import type { Sql } from '../../storage/sql.ts';
import { operation } from '../operation.ts';
import { valueListView } from '../../views/value-list-view.ts';

export const listValueLists = operation(route, async ({ db }, { caller: { tenant } }) =>
  listViews(db, tenant.tenantId, await listValueListAliases(db, tenant.tenantId)),
);

/** Loads one list at a time, because all lists of a tenant may have 200 MiB. */
async function* listViews(sql: Sql, tenantId: string, aliases: readonly string[]) {
  for (const alias of aliases) {
    const row = await loadValueList(sql, tenantId, alias);
    if (row !== undefined) yield valueListView(row);
  }
}
