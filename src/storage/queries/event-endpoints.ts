import type { EventType } from '../../core/events/event-types.ts';
import { sqlTime, statement } from '../sql.ts';
import type { Sql } from '../sql.ts';

export type EndpointSource = 'own' | 'authenticatorEventsWebhookConfig' | 'logEventsWebhookConfig';

export interface EndpointRow {
  readonly endpointId: string;
  /** 'own', or the setting of the tenant that it stands for. */
  readonly source: EndpointSource;
  readonly url: string;
  readonly types: readonly string[];
  readonly description: string | null;
  readonly sendsPublicKeys: boolean;
  /** Mail addresses of those who are told when it is paused. */
  readonly contacts: readonly string[];
  readonly state: 'active' | 'paused';
  readonly pausedBecause: 'operator' | 'failing' | 'gone' | null;
  readonly pausedAt: number | null;
  readonly failingSince: number | null;
  /** Since when what waited is brought forward; null once all of it is. */
  readonly forwardSince: number | null;
  /** Whether that includes events that the endpoint itself refused. */
  readonly forwardsRefused: boolean;
  readonly lastDeliveredAt: number | null;
  readonly lastFailedAt: number | null;
  readonly lastFailure: string | null;
  readonly createdAt: number;
  readonly updatedAt: number;
}

const columns = [
  ...[
    'endpoint_id',
    'source',
    'url',
    'types',
    'description',
    'sends_public_keys',
    'contacts',
    'state',
    'paused_because',
  ],
  ...[
    'paused_at',
    'failing_since',
    'forward_since',
    'forwards_refused',
    'last_delivered_at',
    'last_failed_at',
    'last_failure',
    'created_at',
  ],
  'updated_at',
].join(', ');

const listStatement = statement<EndpointRow>(
  'list_event_endpoints',
  `select ${columns} from event_endpoints where tenant_id = $1 order by created_at, endpoint_id`,
);

/** Oldest first. */
export async function listEndpoints(sql: Sql, tenantId: string): Promise<readonly EndpointRow[]> {
  return sql.query(listStatement, [tenantId]);
}

const loadStatement = statement<EndpointRow>(
  'load_event_endpoint',
  `select ${columns} from event_endpoints where tenant_id = $1 and endpoint_id = $2`,
);

export async function loadEndpoint(sql: Sql, tenantId: string, endpointId: string): Promise<EndpointRow | undefined> {
  const [row] = await sql.query(loadStatement, [tenantId, endpointId]);
  return row;
}

// Not "for update": the attempts that are recorded beside it refer to the endpoint, so two requests that end at the same
// time would wait for each other until the database ends one.
const lockStatement = statement<EndpointRow>('lock_event_endpoint', `${loadStatement.text} for no key update`);

export async function lockEndpoint(sql: Sql, tenantId: string, endpointId: string): Promise<EndpointRow | undefined> {
  const [row] = await sql.query(lockStatement, [tenantId, endpointId]);
  return row;
}

const keepStatement = statement<{ endpointId: string }>(
  'keep_event_endpoint',
  'select endpoint_id from event_endpoints where tenant_id = $1 and endpoint_id = $2 for key share',
);

/** Whether an endpoint is there; it is not deleted until the transaction ends. */
export async function keepEndpoint(sql: Sql, tenantId: string, endpointId: string): Promise<boolean> {
  return (await sql.query(keepStatement, [tenantId, endpointId])).length > 0;
}

/** An endpoint that asks for log events of a type. */
export interface LogEndpoint {
  readonly endpointId: string;
  /** Whether it does not fail, and has all of them that were recorded before: the next may be sent before they are recorded. */
  readonly isReady: boolean;
}

// So many other log events may wait for an endpoint before it counts as busy.
const batchBacklogMax = 1_000;

const forLogStatement = statement<LogEndpoint>(
  'list_event_endpoints_for_log',
  `select e.endpoint_id,
     e.state = 'active' and e.failing_since is null and e.forward_since is null
       and (
         select count(*) < ${batchBacklogMax} and count(*) filter (where w.type = $2) = 0 from (
           select d.type from deliveries d where d.tenant_id = $1 and d.endpoint_id = e.endpoint_id and d.lane = 'batch'
             and d.due_at is not null limit ${batchBacklogMax}
         ) as w
       ) as is_ready
   from event_endpoints e where e.tenant_id = $1 and $2 = any(e.types) order by e.endpoint_id`,
);

export async function listEndpointsForLog(
  sql: Sql,
  tenantId: string,
  type: EventType,
): Promise<readonly LogEndpoint[]> {
  return sql.query(forLogStatement, [tenantId, type]);
}

const recordStatement = statement<never>(
  'record_event_endpoint',
  `insert into event_endpoints (tenant_id, ${columns})
   values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19)
   on conflict (tenant_id, endpoint_id) do update set
     url = excluded.url, types = excluded.types, description = excluded.description,
     sends_public_keys = excluded.sends_public_keys, contacts = excluded.contacts, state = excluded.state,
     paused_because = excluded.paused_because, paused_at = excluded.paused_at, failing_since = excluded.failing_since,
     forward_since = excluded.forward_since, forwards_refused = excluded.forwards_refused, last_delivered_at = excluded.last_delivered_at,
     last_failed_at = excluded.last_failed_at, last_failure = excluded.last_failure, updated_at = excluded.updated_at`,
);

/** Stores a new endpoint, or replaces a locked one. */
export async function recordEndpoint(sql: Sql, tenantId: string, row: EndpointRow): Promise<void> {
  const time = (timeMs: number | null) => (timeMs === null ? null : sqlTime(timeMs));
  await sql.query(recordStatement, [
    tenantId,
    row.endpointId,
    row.source,
    row.url,
    row.types,
    row.description,
    row.sendsPublicKeys,
    row.contacts,
    row.state,
    row.pausedBecause,
    time(row.pausedAt),
    time(row.failingSince),
    time(row.forwardSince),
    row.forwardsRefused,
    time(row.lastDeliveredAt),
    time(row.lastFailedAt),
    row.lastFailure,
    sqlTime(row.createdAt),
    sqlTime(row.updatedAt),
  ]);
}

const deleteStatement = statement<never>(
  'delete_event_endpoint',
  'delete from event_endpoints where tenant_id = $1 and endpoint_id = $2',
);

/** Deletes an endpoint with its deliveries and attempts. */
export async function deleteEndpointRow(sql: Sql, tenantId: string, endpointId: string): Promise<void> {
  await sql.query(deleteStatement, [tenantId, endpointId]);
}

const noteStatement = statement<never>(
  'note_event_endpoint_success',
  `update event_endpoints set last_delivered_at = $3
   where tenant_id = $1 and endpoint_id = $2 and (last_delivered_at is null or last_delivered_at < $4)`,
);
const noteEveryMs = 60_000;

/** Notes that an endpoint works: once a minute, so that deliveries to it do not queue for its row. */
export async function noteSuccess(sql: Sql, tenantId: string, endpointId: string, nowMs: number): Promise<void> {
  await sql.query(noteStatement, [tenantId, endpointId, sqlTime(nowMs), sqlTime(nowMs - noteEveryMs)]);
}
