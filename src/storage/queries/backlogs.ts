import { sqlTime, statement } from '../sql.ts';
import type { Sql } from '../sql.ts';

/** What waits for a job. */
export interface Backlog {
  readonly what: 'deliveries' | 'event-deliveries' | 'audit-events' | 'departed-users';
  /** The job that works it off. */
  readonly jobName: string;
  /** At most {@link countMax}. */
  readonly waiting: number;
  /** When the oldest of them came, in milliseconds; null for none. */
  readonly oldestAtMs: number | null;
  /** Since when the one that is longest due waits; null if none is due. */
  readonly dueSinceMs: number | null;
}

/** As far as is counted: more would only cost more. */
export const countMax = 10_000;

interface BacklogRow {
  readonly waiting: number;
  readonly oldestAt: number | null;
  readonly dueSince: number | null;
}

const deliveriesStatement = statement<BacklogRow>(
  'count_waiting_deliveries',
  `select count(*) as waiting, min(created_at) as oldest_at, min(next_try_at) filter (where next_try_at <= $1) as due_since
   from (select created_at, next_try_at from outbox where next_try_at is not null order by next_try_at limit ${countMax}) as w`,
);
const eventDeliveriesStatement = statement<BacklogRow>(
  'count_waiting_event_deliveries',
  `select count(*) as waiting, min(created_at) as oldest_at, min(due_at) filter (where due_at <= $1) as due_since
   from (select created_at, due_at from deliveries where due_at is not null limit ${countMax}) as w`,
);
const departuresStatement = statement<BacklogRow>(
  'count_waiting_departures',
  `select count(*) as waiting, min(departed_at) as oldest_at, min(due_at) filter (where due_at <= $1) as due_since
   from (select departed_at, due_at from departures order by due_at limit ${countMax}) as w`,
);
const auditEventsStatement = statement<{ waiting: number; oldestId: string | null }>(
  'count_waiting_audit_events',
  `select count(*) as waiting, min(event_id::text) as oldest_id from (select event_id from audit_unlinked limit ${countMax}) as w`,
);

/** What waits, of all tenants together. */
export async function loadBacklogs(sql: Sql, nowMs: number): Promise<readonly Backlog[]> {
  const [deliveries] = await sql.query(deliveriesStatement, [sqlTime(nowMs)]);
  const [eventDeliveries] = await sql.query(eventDeliveriesStatement, [sqlTime(nowMs)]);
  const [departures] = await sql.query(departuresStatement, [sqlTime(nowMs)]);
  const [auditEvents] = await sql.query(auditEventsStatement, []);
  const oldestId = auditEvents?.oldestId ?? null;
  const oldestAuditMs = oldestId === null ? null : timeOfId(oldestId);
  return [
    { what: 'deliveries', jobName: 'deliver-outbox', ...backlogOf(deliveries) },
    { what: 'event-deliveries', jobName: 'deliver-events', ...backlogOf(eventDeliveries) },
    {
      what: 'audit-events',
      jobName: 'link-audit-events',
      waiting: auditEvents?.waiting ?? 0,
      oldestAtMs: oldestAuditMs,
      dueSinceMs: oldestAuditMs,
    },
    { what: 'departed-users', jobName: 'purge-departed-users', ...backlogOf(departures) },
  ];
}

/** What waits of one tenant, up to {@link countMax}. */
export interface TenantWaiting {
  readonly count: number;
  readonly oldestAt: number | null;
}

const ofEndpointsStatement = statement<TenantWaiting & { endpointId: string }>(
  'count_waiting_of_endpoints',
  `select endpoint_id, count(*) as count, min(created_at) as oldest_at
   from (
     select endpoint_id, created_at from deliveries where tenant_id = $1 and due_at is not null limit ${countMax}
   ) as w group by endpoint_id`,
);
const ofMailStatement = statement<TenantWaiting>(
  'count_waiting_notices_of_tenant',
  `select count(*) as count, min(created_at) as oldest_at
   from (select created_at from outbox where tenant_id = $1 and next_try_at is not null limit ${countMax}) as w`,
);
const ofDeletionsStatement = statement<TenantWaiting>(
  'count_departures_of_tenant',
  `select count(*) as count, min(departed_at) as oldest_at
   from (select departed_at from departures where tenant_id = $1 limit ${countMax}) as w`,
);
const nothingWaits: TenantWaiting = { count: 0, oldestAt: null };

/** Events by endpoint, notices, and users who are being removed, of one tenant. */
export async function loadTenantBacklogs(sql: Sql, tenantId: string) {
  const endpoints = await sql.query(ofEndpointsStatement, [tenantId]);
  const [notices = nothingWaits] = await sql.query(ofMailStatement, [tenantId]);
  const [deletions = nothingWaits] = await sql.query(ofDeletionsStatement, [tenantId]);
  return {
    ofEndpoint: (endpointId: string) => endpoints.find((row) => row.endpointId === endpointId) ?? nothingWaits,
    notices,
    deletions,
  };
}

function backlogOf(row: BacklogRow | undefined): Pick<Backlog, 'waiting' | 'oldestAtMs' | 'dueSinceMs'> {
  return { waiting: row?.waiting ?? 0, oldestAtMs: row?.oldestAt ?? null, dueSinceMs: row?.dueSince ?? null };
}

/** The first 48 bits of an id that is ordered by time (RFC 9562 §5.7). */
function timeOfId(id: string): number {
  return Number.parseInt(id.replaceAll('-', '').slice(0, 12), 16);
}
