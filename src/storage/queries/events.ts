import { envelopeText } from '../../core/events/envelope.ts';
import type { EventData, EventRecord } from '../../core/events/envelope.ts';
import { isLogType } from '../../core/events/event-types.ts';
import type { EventType } from '../../core/events/event-types.ts';
import type { Runtime } from '../../runtime/runtime.ts';
import { byTenant } from './by-tenant.ts';
import { sqlTime, statement } from '../sql.ts';
import type { Sql } from '../sql.ts';

/** An event to record. */
export interface NewEvent {
  readonly tenantId: string;
  readonly type: EventType;
  /** The user that it concerns; undefined for none. It goes into `data` only if it is there as well. */
  readonly userId: string | undefined;
  readonly data: EventData | EventRecord;
  /** If it is not a new one: it is recorded at most once. */
  readonly eventId?: string;
  /** A test: only this endpoint is told, whatever it asks for, and by whoever records it. */
  readonly testOf?: string;
}

const askedStatement = statement<{ isAsked: boolean }>(
  'is_event_asked_for',
  'select exists (select from event_endpoints where tenant_id = $1 and types && $2::text[]) as is_asked',
);

/** Whether an endpoint of the tenant asks for one of these types. */
export async function isAskedFor(sql: Sql, tenantId: string, types: readonly EventType[]): Promise<boolean> {
  const [row] = await sql.query(askedStatement, [tenantId, types]);
  return row?.isAsked === true;
}

const wantedStatement = statement<{ endpointId: string }>(
  'list_endpoints_for_event',
  `select endpoint_id from event_endpoints
   where tenant_id = $1 and (($3::uuid is null and $2 = any(types)) or endpoint_id = $3) order by endpoint_id`,
);

const recordStatement = statement<{ deliveryId: string }>(
  'record_event',
  `with event as (
     insert into events (tenant_id, event_id, type, user_id, payload, created_at)
     select $1, $2, $3, $4, $5, $6
     on conflict do nothing
     returning tenant_id, event_id
   )
   insert into deliveries (tenant_id, delivery_id, endpoint_id, event_id, type, user_id, created_at, lane, place, state, due_at,
     is_out, tries)
   select $1, wanted.delivery_id, e.endpoint_id, $2, $3, $4, $6, $9,
     -- After those of the user that still wait. Whoever writes this has locked the user.
     case when $10 then (
       select coalesce(max(d.place), 0) + 1 from deliveries d
       where d.tenant_id = $1 and d.endpoint_id = e.endpoint_id and d.user_id = $4 and d.due_at is not null and d.place is not null
     ) end,
     'waiting', $6, false, 0
   from event
   cross join unnest($7::uuid[], $8::uuid[]) as wanted (endpoint_id, delivery_id)
   join event_endpoints e on e.tenant_id = $1 and e.endpoint_id = wanted.endpoint_id
   returning delivery_id`,
);

/**
 * Records an event for every endpoint that asks for its type, in the transaction of the change that it tells of; where
 * none does, nothing is written. For `authenticator.*` the transaction has locked the user: the events of one user reach
 * an endpoint in the order in which they are recorded. Returns the ids of the deliveries.
 */
export async function recordEvent(
  sql: Sql,
  { clock, ids }: Pick<Runtime, 'clock' | 'ids'>,
  event: NewEvent,
): Promise<readonly string[]> {
  const { tenantId, type, userId, data, testOf } = event;
  const wanted = await sql.query(wantedStatement, [tenantId, type, testOf ?? null]);
  if (wanted.length === 0) return [];
  const nowMs = clock.now();
  const eventId = event.eventId ?? ids.uuid();
  const rows = await sql.query(recordStatement, [
    tenantId,
    eventId,
    type,
    userId ?? null,
    envelopeText({ eventId, tenantId, type, happenedAtMs: nowMs, data }),
    sqlTime(nowMs),
    wanted.map(({ endpointId }) => endpointId),
    wanted.map(() => ids.uuid()),
    testOf !== undefined ? 'test' : isLogType(type) ? 'batch' : 'single',
    userId !== undefined && type.startsWith('authenticator.'),
  ]);
  return rows.map(({ deliveryId }) => deliveryId);
}

/** A log event, with the envelope that is sent. */
export interface LogEvent {
  readonly eventId: string;
  readonly userId: string;
  readonly payload: string;
}

const recordLogStatement = statement<never>(
  'record_log_events',
  `insert into events (tenant_id, event_id, type, user_id, payload, created_at)
   select $1, given.event_id, $2, given.user_id, given.payload, $3
   from unnest($4::uuid[], $5::text[], string_to_array($6, $7)) as given (event_id, user_id, payload)
   on conflict do nothing`,
);

/** Between envelopes. JSON text has it only escaped, so that nothing in it needs to be quoted for an array (RFC 8259 §7). */
const separator = '\x1e';

/** Records log events. Their deliveries are recorded in the same transaction. */
export async function recordLogEvents(
  sql: Sql,
  tenantId: string,
  type: EventType,
  events: readonly LogEvent[],
  nowMs: number,
): Promise<void> {
  await sql.query(recordLogStatement, [
    tenantId,
    type,
    sqlTime(nowMs),
    events.map(({ eventId }) => eventId),
    events.map(({ userId }) => userId),
    events.map(({ payload }) => payload).join(separator),
    separator,
  ]);
}

const knownStatement = statement<{ eventId: string }>(
  'list_known_events',
  'select event_id from events where tenant_id = $1 and event_id = any($2::uuid[])',
);

/** Which of these events were recorded before. */
export async function knownEvents(
  sql: Sql,
  tenantId: string,
  eventIds: readonly string[],
): Promise<ReadonlySet<string>> {
  const rows = await sql.query(knownStatement, [tenantId, eventIds]);
  return new Set(rows.map(({ eventId }) => eventId));
}

const withdrawStatement = statement<never>(
  'withdraw_log_events',
  `with withdrawn as (delete from deliveries where tenant_id = $1 and event_id = any($2::uuid[]))
   delete from events where tenant_id = $1 and event_id = any($2::uuid[])`,
);

/** Takes events back in the transaction that recorded them. */
export async function withdrawLogEvents(sql: Sql, tenantId: string, eventIds: readonly string[]): Promise<void> {
  await sql.query(withdrawStatement, [tenantId, eventIds]);
}

const departedStatement = statement<never>(
  'empty_events_of_departed_user',
  'update events set empty_by = $3 where tenant_id = $1 and user_id = $2 and payload is not null and empty_by is null',
);
const departedArrivedStatement = statement<never>(
  'empty_arrived_events_of_departed_user',
  `update events v set payload = null
   where v.tenant_id = $1 and v.user_id = $2 and v.payload is not null and not exists (
     select from deliveries d where d.tenant_id = $1 and d.event_id = v.event_id and d.due_at is not null
   )`,
);

/** How long events of a deleted user may still be on their way. */
const departedMs = 5 * 24 * 60 * 60 * 1000;

/**
 * Takes away the payloads of a deleted user's events: at once of those that have arrived, of the others once they have, and
 * at the latest after five days. Their deletion is among them.
 */
export async function emptyEventsOfUser(sql: Sql, tenantId: string, userId: string, nowMs: number): Promise<void> {
  await sql.query(departedStatement, [tenantId, userId, sqlTime(nowMs + departedMs)]);
  await sql.query(departedArrivedStatement, [tenantId, userId]);
}

/** Of which tenants: of one, or of all but some. */
export type OfTenants = { readonly tenantId: string } | { readonly exceptTenants: readonly string[] };

const ofTenants = '($3::uuid is null or tenant_id = $3) and tenant_id <> all($4::uuid[])';

function tenantValues(of: OfTenants): readonly [string | null, readonly string[]] {
  return 'tenantId' in of ? [of.tenantId, []] : [null, of.exceptTenants];
}

interface FoundEvent {
  readonly tenantId: string;
  readonly eventId: string;
}

const listOldStatement = statement<FoundEvent>(
  'list_old_events',
  `select tenant_id, event_id from events where payload is not null and created_at <= $1 and ${ofTenants}
   order by created_at limit $2`,
);
const listDepartedStatement = statement<FoundEvent>(
  'list_departed_events',
  `select tenant_id, event_id from events where payload is not null and empty_by <= $1 order by empty_by limit $2`,
);
const listEmptyStatement = statement<FoundEvent>(
  'list_empty_events',
  `select tenant_id, event_id from events where payload is null and created_at <= $1 and ${ofTenants}
   order by created_at limit $2`,
);

const endStatement = statement<never>(
  'end_deliveries_of_events',
  `update deliveries set state = 'dead', dead_because = $3, due_at = null, is_out = false, settled_at = $4
   where tenant_id = $1 and event_id = any($2::uuid[]) and due_at is not null`,
);
const emptyStatement = statement<never>(
  'empty_events',
  'update events set payload = null where tenant_id = $1 and event_id = any($2::uuid[])',
);

/** Takes away payloads whose period is over: what was not delivered by then is dead. Returns how many. */
export async function emptyOldEvents(
  sql: Sql,
  of: OfTenants,
  { createdMs, nowMs, max }: { createdMs: number; nowMs: number; max: number },
): Promise<number> {
  const rows = await sql.query(listOldStatement, [sqlTime(createdMs), max, ...tenantValues(of)]);
  await empty(sql, rows, 'expired', nowMs);
  return rows.length;
}

/** Takes away what is left of deleted users' events once it may wait no longer. Returns how many. */
export async function emptyDepartedEvents(sql: Sql, nowMs: number, max: number): Promise<number> {
  const rows = await sql.query(listDepartedStatement, [sqlTime(nowMs), max]);
  await empty(sql, rows, 'user_deleted', nowMs);
  return rows.length;
}

async function empty(sql: Sql, rows: readonly FoundEvent[], because: string, nowMs: number): Promise<void> {
  for (const [tenantId, eventIds] of byTenant(rows, ({ eventId }) => eventId)) {
    await sql.query(endStatement, [tenantId, eventIds, because, sqlTime(nowMs)]);
    await sql.query(emptyStatement, [tenantId, eventIds]);
  }
}

const deleteStatement = statement<never>(
  'delete_events',
  'delete from events where tenant_id = $1 and event_id = any($2::uuid[])',
);

/** Deletes events without payload, with their deliveries. Returns how many. */
export async function deleteEmptyEvents(
  sql: Sql,
  of: OfTenants,
  { createdMs, max }: { createdMs: number; max: number },
): Promise<number> {
  const rows = await sql.query(listEmptyStatement, [sqlTime(createdMs), max, ...tenantValues(of)]);
  for (const [tenantId, eventIds] of byTenant(rows, ({ eventId }) => eventId)) {
    await sql.query(deleteStatement, [tenantId, eventIds]);
  }
  return rows.length;
}
