import { sqlTime, statement } from '../sql.ts';
import type { Sql } from '../sql.ts';
import { byTenant } from './by-tenant.ts';

/**
 * How rows of a table are deleted that are over for good: `due` says which, by the time $1 and in the order of an index.
 * Together with the tenant, `id` is a key of the table. Returns a function that deletes up to `max` of the rows, but none
 * of `exceptTenants`, and returns how many it deleted: fewer than there are, if other nodes delete some at the same time.
 */
export function purgeOf(table: string, id: string, due: { readonly condition: string; readonly order: string }) {
  const listStatement = statement<{ tenantId: string; id: string }>(
    `list_due_${table}`,
    `select tenant_id, ${id} as id from ${table} where ${due.condition} and tenant_id <> all($3::uuid[])
     order by ${due.order} limit $2`,
  );
  const purgeStatement = statement<{ id: string }>(
    `purge_${table}`,
    `delete from ${table} where tenant_id = $1 and ${id} = any(array(
       select ${id} from ${table} where tenant_id = $1 and ${id} = any($2::uuid[]) for update skip locked
     )) returning ${id} as id`,
  );
  return async (sql: Sql, beforeMs: number, max: number, exceptTenants: readonly string[] = []): Promise<number> => {
    const rows = await sql.query(listStatement, [sqlTime(beforeMs), max, exceptTenants]);
    let purged = 0;
    for (const [tenantId, ids] of byTenant(rows, (row) => row.id)) {
      purged += (await sql.query(purgeStatement, [tenantId, ids])).length;
    }
    return purged;
  };
}
