import type { Measure } from '../../core/alerts/measure.ts';
import { sqlTime, statement } from '../sql.ts';
import type { Sql } from '../sql.ts';

/** What a tenant wants to be told of, and whether it is so now. */
export interface AlertRow {
  readonly alertId: string;
  readonly name: string;
  readonly isActive: boolean;
  readonly measure: Measure;
  /** Only these are counted; null for all. */
  readonly kinds: readonly string[] | null;
  readonly threshold: number;
  readonly windowMinutes: number;
  readonly quietMinutes: number;
  /** E-mail addresses. */
  readonly recipients: readonly string[];
  /** Since when the alert is raised; null if it is not. */
  readonly raisedAt: number | null;
}

const columns = (a: string) =>
  [
    'alert_id',
    'name',
    'is_active',
    'measure',
    'kinds',
    'threshold',
    'window_minutes',
    'quiet_minutes',
    'recipients',
    'raised_at',
  ]
    .map((column) => `${a}.${column}`)
    .join(', ');

const listStatement = statement<AlertRow>(
  'list_alerts',
  `select ${columns('a')} from alerts a where a.tenant_id = $1 order by a.name collate "C", a.alert_id`,
);

export async function listAlerts(sql: Sql, tenantId: string): Promise<readonly AlertRow[]> {
  return sql.query(listStatement, [tenantId]);
}

const loadStatement = statement<AlertRow>(
  'load_alert',
  `select ${columns('a')} from alerts a where a.tenant_id = $1 and a.alert_id = $2`,
);

export async function loadAlert(sql: Sql, tenantId: string, alertId: string): Promise<AlertRow | undefined> {
  const [row] = await sql.query(loadStatement, [tenantId, alertId]);
  return row;
}

const recordStatement = statement<never>(
  'record_alert',
  `insert into alerts (tenant_id, alert_id, name, is_active, measure, kinds, threshold, window_minutes, quiet_minutes,
     recipients, created_at)
   values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
   on conflict (tenant_id, alert_id) do update set
     name = excluded.name, is_active = excluded.is_active, kinds = excluded.kinds, threshold = excluded.threshold,
     window_minutes = excluded.window_minutes, quiet_minutes = excluded.quiet_minutes, recipients = excluded.recipients,
     -- One that is switched off is not raised.
     raised_at = case when excluded.is_active then alerts.raised_at end`,
);

/** Stores a new alert, or replaces what was set of an existing one. */
export async function recordAlert(sql: Sql, tenantId: string, row: AlertRow, nowMs: number): Promise<void> {
  await sql.query(recordStatement, [
    tenantId,
    row.alertId,
    row.name,
    row.isActive,
    row.measure,
    row.kinds,
    row.threshold,
    row.windowMinutes,
    row.quietMinutes,
    row.recipients,
    sqlTime(nowMs),
  ]);
}

const deleteStatement = statement<never>('delete_alert', 'delete from alerts where tenant_id = $1 and alert_id = $2');

export async function deleteAlertRow(sql: Sql, tenantId: string, alertId: string): Promise<void> {
  await sql.query(deleteStatement, [tenantId, alertId]);
}

/** An alert with what was counted for it in its window. */
export interface CountedAlert extends AlertRow {
  readonly tenantId: string;
  /** When the threshold was last reached; null for never. */
  readonly reachedAt: number | null;
  /** Of what waits, no more is counted than the threshold. */
  readonly count: number;
}

const countStatement = statement<CountedAlert>(
  'count_for_alerts',
  // A window is at least as long as it says: the minute that has begun is counted beside the whole ones.
  `select a.tenant_id, ${columns('a')}, a.reached_at,
     case when a.measure = 'waitingDeliveries' then (
       select count(*) from (
         (select from outbox o where o.tenant_id = a.tenant_id and o.next_try_at is not null limit a.threshold)
         union all
         (select from deliveries d where d.tenant_id = a.tenant_id and d.due_at is not null limit a.threshold)
         limit a.threshold
       ) as waiting
     ) else (
       select coalesce(sum(c.count), 0) from tenant_counts c
       where c.tenant_id = a.tenant_id and c.measure = a.measure and (a.kinds is null or c.kind = any(a.kinds))
         and c.minute > $1::timestamptz - make_interval(mins => a.window_minutes + 1)
     ) end::int as count
   from alerts a where a.is_active order by a.tenant_id, a.alert_id`,
);

/** All active alerts, with what was counted for each. */
export async function countForAlerts(sql: Sql, nowMs: number): Promise<readonly CountedAlert[]> {
  return sql.query(countStatement, [sqlTime(nowMs)]);
}

const raiseStatement = statement<{ alertId: string }>(
  'raise_alert',
  `update alerts set raised_at = $3, reached_at = $3
   where tenant_id = $1 and alert_id = $2 and raised_at is null and is_active returning alert_id`,
);

/** Raises an alert. False if it is raised already, or gone. */
export async function raiseAlert(sql: Sql, tenantId: string, alertId: string, nowMs: number): Promise<boolean> {
  return (await sql.query(raiseStatement, [tenantId, alertId, sqlTime(nowMs)])).length > 0;
}

const prolongStatement = statement<never>(
  'prolong_alert',
  'update alerts set reached_at = $3 where tenant_id = $1 and alert_id = $2 and raised_at is not null and reached_at < $3',
);

/** Notes that the threshold is still reached. */
export async function prolongAlert(sql: Sql, tenantId: string, alertId: string, nowMs: number): Promise<void> {
  await sql.query(prolongStatement, [tenantId, alertId, sqlTime(nowMs)]);
}

const endStatement = statement<{ alertId: string }>(
  'end_alert',
  `update alerts set raised_at = null
   where tenant_id = $1 and alert_id = $2 and raised_at is not null and reached_at <= $3 returning alert_id`,
);

/** Ends an alert whose threshold was not reached since `reachedAtMs`. False if it has ended, or was reached meanwhile. */
export async function endAlert(sql: Sql, tenantId: string, alertId: string, reachedAtMs: number): Promise<boolean> {
  return (await sql.query(endStatement, [tenantId, alertId, sqlTime(reachedAtMs)])).length > 0;
}
