/** What happened for tenants, hour by hour: for the home page of the portal. */
import type { CountedMeasure, HourCount } from '../../core/alerts/measure.ts';
import { sqlTime, statement } from '../sql.ts';
import type { Sql } from '../sql.ts';

const recordStatement = statement<never>(
  'record_tenant_hours',
  // A node tells the whole count of its hour each time, so that telling twice counts once.
  `insert into tenant_hours as t (tenant_id, node_id, measure, kind, hour, count)
   select $1, $2, given.measure, given.kind, given.hour, given.count
   from unnest($3::text[], $4::text[], $5::timestamptz[], $6::int[]) as given (measure, kind, hour, count)
   on conflict (tenant_id, hour, measure, kind, node_id) do update set count = greatest(t.count, excluded.count)`,
);

/** Records what this node has counted for a tenant so far in each of some hours. */
export async function recordTenantHours(
  sql: Sql,
  tenantId: string,
  nodeId: string,
  counts: readonly HourCount[],
): Promise<void> {
  await sql.query(recordStatement, [
    tenantId,
    nodeId,
    counts.map(({ measure }) => measure),
    counts.map(({ kind }) => kind),
    counts.map(({ hourMs }) => sqlTime(hourMs)),
    counts.map(({ count }) => count),
  ]);
}

/** A sum of all nodes in a part of a range. */
export interface TenantSum {
  readonly measure: string;
  readonly kind: string;
  /** When the part began. */
  readonly at: number;
  readonly count: number;
}

const sumStatement = statement<TenantSum>(
  'sum_tenant_hours',
  `select h.measure, h.kind, (h.part * $3 * 1000)::bigint as at, h.count from (
     select measure, kind, floor(extract(epoch from hour) / $3::int) as part, sum(count)::bigint as count
     from tenant_hours where tenant_id = $1 and hour >= $2 group by 1, 2, 3
   ) as h order by h.part, h.measure, h.kind`,
);

/** What happened since an hour, in parts of so many seconds, oldest first. */
export async function sumTenantHours(
  sql: Sql,
  tenantId: string,
  { fromMs, partSeconds }: { readonly fromMs: number; readonly partSeconds: number },
): Promise<readonly TenantSum[]> {
  return sql.query(sumStatement, [tenantId, sqlTime(fromMs), partSeconds]);
}

const hasStatement = statement<{ isThere: boolean }>(
  'has_tenant_hours',
  'select exists (select from tenant_hours where tenant_id = $1 and measure = $2) as is_there',
);

/** Whether something was ever counted, as far back as counts are kept. */
export async function hasTenantHours(sql: Sql, tenantId: string, measure: CountedMeasure): Promise<boolean> {
  const [row] = await sql.query(hasStatement, [tenantId, measure]);
  return row?.isThere ?? false;
}

const oldStatement = statement<{ tenantId: string }>(
  'list_tenants_with_old_hours',
  'select distinct tenant_id from tenant_hours where hour < $1',
);
const deleteStatement = statement<never>(
  'delete_old_tenant_hours',
  'delete from tenant_hours where tenant_id = $1 and hour < $2',
);

/** Deletes counts of hours before a time. */
export async function deleteOldTenantHours(sql: Sql, beforeMs: number): Promise<void> {
  for (const { tenantId } of await sql.query(oldStatement, [sqlTime(beforeMs)])) {
    await sql.query(deleteStatement, [tenantId, sqlTime(beforeMs)]);
  }
}
