import { sqlTime, statement } from '../sql.ts';
import type { Sql } from '../sql.ts';

/** What waits for a job. */
export interface Backlog {
  readonly what: 'deliveries' | 'event-deliveries' | 'audit-events' | 'departed-users';
  /** The job that works it off. */
  readonly jobName: string;
  readonly waiting: number;
  /** Whether it was counted no further, so that there may be more. */
  readonly isCapped: boolean;
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
      ...cappedAt(countMax, auditEvents?.waiting ?? 0),
      oldestAtMs: oldestAuditMs,
      dueSinceMs: oldestAuditMs,
    },
    { what: 'departed-users', jobName: 'purge-departed-users', ...backlogOf(departures) },
  ];
}

interface WaitingRow {
  readonly waiting: number;
  readonly oldestAt: number | null;
}

/** What waits of one tenant. */
export interface TenantWaiting extends WaitingRow {
  /** Whether it was counted no further, so that there may be more. */
  readonly isCapped: boolean;
}

const ofEndpointsStatement = statement<WaitingRow & { endpointId: string }>(
  'count_waiting_of_endpoints',
  // Each endpoint by itself: what waits for one that is paused would hide another that is late.
  `select e.endpoint_id, w.waiting, w.oldest_at
   from event_endpoints e cross join lateral (
     select count(*) as waiting, min(o.created_at) as oldest_at
     from (
       select d.created_at from deliveries d
       where d.tenant_id = $1 and d.endpoint_id = e.endpoint_id and d.due_at is not null
       order by d.delivery_id limit $2
     ) as o
   ) as w
   where e.tenant_id = $1`,
);
const ofMailStatement = statement<WaitingRow>(
  'count_waiting_notices_of_tenant',
  `select count(*) as waiting, min(created_at) as oldest_at
   from (select created_at from outbox where tenant_id = $1 and next_try_at is not null limit $2) as w`,
);
const ofDeletionsStatement = statement<WaitingRow>(
  'count_departures_of_tenant',
  `select count(*) as waiting, min(departed_at) as oldest_at
   from (select departed_at from departures where tenant_id = $1 limit $2) as w`,
);

/** Events by endpoint, notices, and users who are being removed, of one tenant; of each at most `max` are counted. */
export async function loadTenantBacklogs(sql: Sql, tenantId: string, max = countMax) {
  const endpoints = await sql.query(ofEndpointsStatement, [tenantId, max]);
  const [notices] = await sql.query(ofMailStatement, [tenantId, max]);
  const [deletions] = await sql.query(ofDeletionsStatement, [tenantId, max]);
  const waitingOf = (row: WaitingRow | undefined): TenantWaiting => ({
    ...cappedAt(max, row?.waiting ?? 0),
    oldestAt: row?.oldestAt ?? null,
  });
  return {
    ofEndpoint: (endpointId: string) => waitingOf(endpoints.find((row) => row.endpointId === endpointId)),
    notices: waitingOf(notices),
    deletions: waitingOf(deletions),
  };
}

function backlogOf(row: BacklogRow | undefined): Omit<Backlog, 'what' | 'jobName'> {
  return {
    ...cappedAt(countMax, row?.waiting ?? 0),
    oldestAtMs: row?.oldestAt ?? null,
    dueSinceMs: row?.dueSince ?? null,
  };
}

function cappedAt(max: number, waiting: number): { waiting: number; isCapped: boolean } {
  return { waiting, isCapped: waiting >= max };
}

/** The first 48 bits of an id that is ordered by time (RFC 9562 §5.7). */
function timeOfId(id: string): number {
  return Number.parseInt(id.replaceAll('-', '').slice(0, 12), 16);
}
