import type { Count, Measure } from '../../core/alerts/measure.ts';
import { sqlTime, statement } from '../sql.ts';
import type { Sql } from '../sql.ts';

/** What alerts of a tenant watch. */
interface WatchedMeasure {
  readonly tenantId: string;
  readonly measure: Measure;
}

const watchedStatement = statement<WatchedMeasure>(
  'list_watched_measures',
  'select distinct tenant_id, measure from alerts where is_active',
);

/** What nodes count for alerts. */
export async function listWatchedMeasures(sql: Sql): Promise<readonly WatchedMeasure[]> {
  return sql.query(watchedStatement, []);
}

const recordStatement = statement<never>(
  'record_tenant_counts',
  // A node tells the whole count of its minute each time, so that telling twice counts once.
  `insert into tenant_counts as t (tenant_id, node_id, measure, kind, minute, count)
   select $1, $2, given.measure, given.kind, given.minute, given.count
   from unnest($3::text[], $4::text[], $5::timestamptz[], $6::int[]) as given (measure, kind, minute, count)
   on conflict (tenant_id, measure, minute, kind, node_id) do update set count = greatest(t.count, excluded.count)`,
);

/** Records what this node has counted for a tenant so far in each of some minutes. */
export async function recordTenantCounts(
  sql: Sql,
  tenantId: string,
  nodeId: string,
  counts: readonly Count[],
): Promise<void> {
  await sql.query(recordStatement, [
    tenantId,
    nodeId,
    counts.map(({ measure }) => measure),
    counts.map(({ kind }) => kind),
    counts.map(({ minuteMs }) => sqlTime(minuteMs)),
    counts.map(({ count }) => count),
  ]);
}

const oldStatement = statement<{ tenantId: string }>(
  'list_tenants_with_old_counts',
  'select distinct tenant_id from tenant_counts where minute < $1',
);
const deleteStatement = statement<never>(
  'delete_old_tenant_counts',
  'delete from tenant_counts where tenant_id = $1 and minute < $2',
);

/** Deletes counts of minutes before a time. */
export async function deleteOldTenantCounts(sql: Sql, beforeMs: number): Promise<void> {
  for (const { tenantId } of await sql.query(oldStatement, [sqlTime(beforeMs)]))
    await sql.query(deleteStatement, [tenantId, sqlTime(beforeMs)]);
}
