/**
 * Deliveries of events: each to one endpoint. What is due is taken by one node at a time, under a lease: `is_out` until
 * `due_at`, after which another node may take it.
 */
import type { Lane } from '../../core/events/after-attempt.ts';
import type { EventType } from '../../core/events/event-types.ts';
import { sqlTime, statement } from '../sql.ts';
import type { Sql } from '../sql.ts';

/** An endpoint that something is due for. */
export interface DueEndpoint {
  readonly tenantId: string;
  readonly endpointId: string;
  readonly lane: Lane;
  readonly isFailing: boolean;
  /** Whether it has accepted something lately. */
  readonly isKnown: boolean;
}

const listDueStatement = statement<DueEndpoint>(
  'list_due_deliveries',
  `select e.tenant_id, e.endpoint_id, l.lane, e.failing_since is not null as is_failing,
     coalesce(e.last_delivered_at >= $5, false) as is_known
   from event_endpoints e
   cross join unnest(array['single', 'batch', 'replay']) as l (lane)
   cross join lateral (
     select d.due_at from deliveries d
     where d.tenant_id = e.tenant_id and d.endpoint_id = e.endpoint_id and d.lane = l.lane and d.due_at <= $1
     order by d.due_at limit 1
   ) as first
   where (e.state = 'active' or l.lane = 'replay')
     and (e.endpoint_id::text || ' ' || l.lane) <> all($2::text[]) and (e.failing_since is null or not $3)
   order by first.due_at limit $4`,
);

const knownMs = 10 * 60_000;

/** What is due, for whom it is longest first. `busy` are endpoints with their lane, to which no more is sent now. */
export async function listDueEndpoints(
  sql: Sql,
  asked: {
    nowMs: number;
    busy: readonly string[];
    withoutFailing: boolean;
    max: number;
  },
): Promise<readonly DueEndpoint[]> {
  const { nowMs, busy, withoutFailing, max } = asked;
  return sql.query(listDueStatement, [sqlTime(nowMs), busy, withoutFailing, max, sqlTime(nowMs - knownMs)]);
}

/** A delivery that this node sends. */
export interface TakenDelivery {
  readonly deliveryId: string;
  readonly eventId: string;
  readonly type: string;
  readonly userId: string | null;
  readonly place: number | null;
  readonly lane: Lane;
  /** Including this one. */
  readonly tries: number;
  /** The envelope; null if it was taken away. */
  readonly payload: string | null;
}

/** Deliveries that this node has taken, for one request to an endpoint. */
export interface TakenBatch {
  readonly tenantId: string;
  readonly endpointId: string;
  readonly leasedUntilMs: number;
  readonly deliveries: readonly TakenDelivery[];
}

const takenColumns = 'd.delivery_id, d.event_id, d.type, d.user_id, d.place, d.lane, d.tries, v.payload';

const takeStatement = statement<TakenDelivery>(
  'take_deliveries',
  `update deliveries d set is_out = true, due_at = $5, tries = d.tries + 1, last_tried_at = $4
   from events v
   where d.tenant_id = $1 and v.tenant_id = $1 and v.event_id = d.event_id and d.delivery_id = any(array(
     select c.delivery_id from deliveries c
     where c.tenant_id = $1 and c.endpoint_id = $2 and c.lane = $3 and c.due_at <= $4
       -- one after another where the order matters
       and (c.place is null or not exists (
         select from deliveries f where f.tenant_id = $1 and f.endpoint_id = $2 and f.user_id = c.user_id
           and f.place < c.place and f.due_at is not null
       ))
     order by c.due_at, c.delivery_id limit $6 for update of c skip locked
   ))
   returning ${takenColumns}`,
);

/** Takes what is due for an endpoint, for this node alone until `leasedUntilMs`. Oldest first. */
export async function takeDeliveries(
  sql: Sql,
  { tenantId, endpointId, lane }: DueEndpoint,
  taking: { nowMs: number; leasedUntilMs: number; max: number },
): Promise<readonly TakenDelivery[]> {
  const { nowMs, leasedUntilMs, max } = taking;
  const values = [tenantId, endpointId, lane, sqlTime(nowMs), sqlTime(leasedUntilMs), max];
  const rows = await sql.query(takeStatement, values);
  return rows.toSorted((left, right) => (left.deliveryId < right.deliveryId ? -1 : 1));
}

const takeTestStatement = statement<TakenDelivery>(
  'take_test_delivery',
  `update deliveries d set is_out = true, due_at = $4, tries = d.tries + 1, last_tried_at = $3
   from events v
   where d.tenant_id = $1 and v.tenant_id = $1 and v.event_id = d.event_id and d.delivery_id = $2 and d.lane = 'test'
     and not d.is_out and d.due_at is not null
   returning ${takenColumns}`,
);

/** Takes a test that was just recorded. */
export async function takeTest(
  sql: Sql,
  tenantId: string,
  deliveryId: string,
  { nowMs, leasedUntilMs }: { nowMs: number; leasedUntilMs: number },
): Promise<readonly TakenDelivery[]> {
  return sql.query(takeTestStatement, [tenantId, deliveryId, sqlTime(nowMs), sqlTime(leasedUntilMs)]);
}

/** What becomes of a delivery that was taken. */
export interface SettledDelivery {
  readonly deliveryId: string;
  readonly state: 'waiting' | 'delivered' | 'dead';
  /** When it is tried again; null if it is not. */
  readonly dueMs: number | null;
  readonly deadBecause: string | null;
}

const recordBatchStatement = statement<never>(
  'record_batch_deliveries',
  `insert into deliveries (tenant_id, delivery_id, endpoint_id, event_id, type, user_id, created_at, lane, state, due_at, is_out,
     tries, last_tried_at, last_status, settled_at)
   select $1, given.delivery_id, $2, given.event_id, $3, given.user_id, $4, 'batch', $5, $6, $7, $8, $9, $10, $11
   from unnest($12::uuid[], $13::uuid[], $14::text[]) as given (delivery_id, event_id, user_id)`,
);

/** How deliveries of log events begin: waiting, or after a first attempt. */
export interface BatchStart {
  readonly state: 'waiting' | 'delivered';
  /** When they may be sent; while a node sends them, when another may. Null: settled. */
  readonly dueMs: number | null;
  readonly isOut: boolean;
  /** Of the first attempt; null for none. */
  readonly triedMs: number | null;
  readonly status: number | null;
}

/** Records deliveries of log events to an endpoint that {@link keepEndpoint} keeps, in their order. */
export async function recordBatchDeliveries(
  sql: Sql,
  { tenantId, endpointId, type }: { tenantId: string; endpointId: string; type: EventType },
  deliveries: readonly { readonly deliveryId: string; readonly eventId: string; readonly userId: string | null }[],
  { state, dueMs, isOut, triedMs, status }: BatchStart,
  nowMs: number,
): Promise<void> {
  await sql.query(recordBatchStatement, [
    tenantId,
    endpointId,
    type,
    sqlTime(nowMs),
    state,
    dueMs === null ? null : sqlTime(dueMs),
    isOut,
    triedMs === null ? 0 : 1,
    triedMs === null ? null : sqlTime(triedMs),
    status,
    dueMs === null ? sqlTime(nowMs) : null,
    deliveries.map(({ deliveryId }) => deliveryId),
    deliveries.map(({ eventId }) => eventId),
    deliveries.map(({ userId }) => userId),
  ]);
}

const settleStatement = statement<{ eventId: string }>(
  'settle_deliveries',
  `update deliveries d set state = s.state, due_at = s.due_at, is_out = false, last_status = $8,
     settled_at = case when s.due_at is null then $7::timestamptz end, dead_because = s.dead_because
   from unnest($2::uuid[], $3::text[], $4::timestamptz[], $5::text[]) as s (delivery_id, state, due_at, dead_because)
   where d.tenant_id = $1 and d.delivery_id = s.delivery_id and d.is_out
     -- no index is to be read for this: each is found by its key
     and d.due_at + interval '0' = $6
   returning d.event_id`,
);

// Of a deleted user, an event is kept only until it has arrived everywhere.
const emptyStatement = statement<never>(
  'empty_arrived_events',
  `update events v set payload = null
   where v.tenant_id = $1 and v.event_id = any($2::uuid[]) and v.empty_by is not null and not exists (
     select from deliveries d where d.tenant_id = $1 and d.event_id = v.event_id and d.due_at is not null
   )`,
);

/** Settles deliveries that this node has taken, unless their lease has ended and another node has taken them. */
export async function settleDeliveries(
  sql: Sql,
  tenantId: string,
  settled: readonly SettledDelivery[],
  how: { leasedUntilMs: number; nowMs: number; status: number | null },
): Promise<void> {
  const rows = await sql.query(settleStatement, [
    tenantId,
    settled.map(({ deliveryId }) => deliveryId),
    settled.map(({ state }) => state),
    settled.map(({ dueMs }) => (dueMs === null ? null : sqlTime(dueMs))),
    settled.map(({ deadBecause }) => deadBecause),
    sqlTime(how.leasedUntilMs),
    sqlTime(how.nowMs),
    how.status,
  ]);
  await sql.query(emptyStatement, [tenantId, rows.map(({ eventId }) => eventId)]);
}

const deferStatement = statement<never>(
  'defer_later_deliveries',
  `update deliveries d set due_at = s.due_at
   from unnest($3::text[], $4::bigint[], $5::timestamptz[]) as s (user_id, place, due_at)
   where d.tenant_id = $1 and d.endpoint_id = $2 and d.user_id = s.user_id and d.place > s.place
     and d.due_at < s.due_at and not d.is_out`,
);

/** Lets later deliveries of the same users wait for one that failed, so that nobody looks at them before. */
export async function deferLaterDeliveries(
  sql: Sql,
  tenantId: string,
  endpointId: string,
  failed: readonly { readonly userId: string; readonly place: number; readonly dueMs: number }[],
): Promise<void> {
  if (failed.length === 0) return;
  await sql.query(deferStatement, [
    tenantId,
    endpointId,
    failed.map(({ userId }) => userId),
    failed.map(({ place }) => place),
    failed.map(({ dueMs }) => sqlTime(dueMs)),
  ]);
}

/** An endpoint that accepts again, and for which deliveries still wait for their own times. */
interface ForwardedEndpoint {
  readonly tenantId: string;
  readonly endpointId: string;
  readonly forwardSince: number;
  readonly forwardsRefused: boolean;
  /** Whether the latest answer was no success: another event may still be accepted. */
  readonly isFailing: boolean;
}

const listForwardStatement = statement<ForwardedEndpoint>(
  'list_endpoints_to_forward',
  `select tenant_id, endpoint_id, forward_since, forwards_refused, failing_since is not null as is_failing from event_endpoints
   where forward_since is not null and state = 'active' and (failing_since is null or failing_since > $2)
   order by forward_since limit $1`,
);

export async function listEndpointsToForward(
  sql: Sql,
  { failingFromMs, max }: { failingFromMs: number; max: number },
): Promise<readonly ForwardedEndpoint[]> {
  return sql.query(listForwardStatement, [max, sqlTime(failingFromMs)]);
}

const forwardStatement = statement<{ deliveryId: string }>(
  'forward_deliveries',
  `update deliveries set due_at = $3 where tenant_id = $1 and delivery_id = any(array(
     select delivery_id from deliveries
     where tenant_id = $1 and endpoint_id = $2 and due_at > $3 and not is_out and lane in ('single', 'batch')
       and created_at <= $4 and (last_tried_at is null or last_tried_at <= $5)
       -- an event that the endpoint itself refuses keeps its own times
       and ($7 or last_status is null or last_status not between 400 and 499 or last_status in (408, 409, 410, 425, 429))
     order by delivery_id limit $6 for update skip locked
   )) returning delivery_id`,
);
const forwardedStatement = statement<never>(
  'finish_forwarding',
  `update event_endpoints set forward_since = null where tenant_id = $1 and endpoint_id = $2 and forward_since = $3`,
);

/** Not tried again by being brought forward until so long after its last attempt. */
const restMs = 30_000;

/** Makes up to `max` of the oldest deliveries due that waited when their endpoint began to accept again. */
export async function forwardDeliveries(
  sql: Sql,
  { tenantId, endpointId, forwardSince, forwardsRefused }: ForwardedEndpoint,
  { nowMs, max }: { nowMs: number; max: number },
): Promise<void> {
  const since = sqlTime(forwardSince);
  const rested = sqlTime(forwardSince - restMs);
  const values = [tenantId, endpointId, sqlTime(nowMs), since, rested, max, forwardsRefused];
  const rows = await sql.query(forwardStatement, values);
  if (rows.length < max) await sql.query(forwardedStatement, [tenantId, endpointId, since]);
}

/** A delivery as operators see it. */
export interface DeliveryRow {
  readonly deliveryId: string;
  readonly endpointId: string;
  readonly eventId: string;
  readonly type: string;
  readonly userId: string | null;
  readonly lane: Lane;
  readonly state: 'waiting' | 'delivered' | 'dead';
  readonly dueAt: number | null;
  readonly tries: number;
  readonly lastTriedAt: number | null;
  readonly lastStatus: number | null;
  readonly settledAt: number | null;
  readonly deadBecause: string | null;
  readonly createdAt: number;
}

const columns = [
  ...['delivery_id', 'endpoint_id', 'event_id', 'type', 'user_id', 'lane', 'state', 'due_at', 'tries', 'last_tried_at'],
  ...['last_status', 'settled_at', 'dead_because', 'created_at'],
]
  .map((name) => `d.${name}`)
  .join(', ');

const listStatement = statement<DeliveryRow>(
  'list_deliveries',
  `select ${columns} from deliveries d
   where d.tenant_id = $1 and ($2::uuid is null or d.endpoint_id = $2) and ($3::uuid is null or d.event_id = $3)
     and ($4::text is null or d.type = $4) and ($5::text is null or d.user_id = $5) and ($6::text is null or d.state = $6)
     and d.delivery_id >= $7 and d.delivery_id < $8
   order by d.delivery_id desc limit $9`,
);

/** Newest first. `fromId` and `beforeId` bound their ids, which begin with the time that they were recorded at. */
export async function listDeliveries(
  sql: Sql,
  tenantId: string,
  filter: {
    endpointId: string | undefined;
    eventId: string | undefined;
    type: string | undefined;
    userId: string | undefined;
    state: string | undefined;
    fromId: string;
    beforeId: string;
    limit: number;
  },
): Promise<readonly DeliveryRow[]> {
  const { endpointId, eventId, type, userId, state, fromId, beforeId, limit } = filter;
  const wanted = [endpointId ?? null, eventId ?? null, type ?? null, userId ?? null, state ?? null];
  return sql.query(listStatement, [tenantId, ...wanted, fromId, beforeId, limit]);
}

/** A delivery with the envelope of its event; null if that was taken away. */
export interface DeliveryWithPayload extends DeliveryRow {
  readonly payload: string | null;
}

const loadStatement = statement<DeliveryWithPayload>(
  'load_delivery',
  `select ${columns}, v.payload from deliveries d
   join events v on v.tenant_id = $1 and v.event_id = d.event_id
   where d.tenant_id = $1 and d.delivery_id = $2`,
);

export async function loadDelivery(
  sql: Sql,
  tenantId: string,
  deliveryId: string,
): Promise<DeliveryWithPayload | undefined> {
  const [row] = await sql.query(loadStatement, [tenantId, deliveryId]);
  return row;
}

const payloadsStatement = statement<{ type: string; payload: string | null }>(
  'load_delivery_payloads',
  `select d.type, v.payload from unnest($2::uuid[]) with ordinality as given (delivery_id, place)
   join deliveries d on d.tenant_id = $1 and d.delivery_id = given.delivery_id
   join events v on v.tenant_id = $1 and v.event_id = d.event_id
   order by given.place`,
);

/** The envelopes of deliveries, in their order. */
export async function loadPayloads(sql: Sql, tenantId: string, deliveryIds: readonly string[]) {
  return sql.query(payloadsStatement, [tenantId, deliveryIds]);
}

const replayableStatement = statement<{ deliveryId: string }>(
  'list_replayable_deliveries',
  `select d.delivery_id from deliveries d join events v on v.tenant_id = $1 and v.event_id = d.event_id
   where d.tenant_id = $1 and d.endpoint_id = $2 and d.delivery_id > $3 and d.delivery_id < $4 and d.lane in ('single', 'batch')
     and ($5::text is null or d.state = $5) and ($6::text is null or d.type = $6) and v.payload is not null
   order by d.delivery_id limit $7`,
);

/** Deliveries of an endpoint whose events can still be sent, oldest first, in a range of ids. */
export async function listReplayable(
  sql: Sql,
  tenantId: string,
  filter: {
    endpointId: string;
    afterId: string;
    beforeId: string;
    state: string | undefined;
    type: string | undefined;
    limit: number;
  },
): Promise<readonly string[]> {
  const { endpointId, afterId, beforeId, state, type, limit } = filter;
  const values = [tenantId, endpointId, afterId, beforeId, state ?? null, type ?? null, limit];
  return (await sql.query(replayableStatement, values)).map(({ deliveryId }) => deliveryId);
}

const replayStatement = statement<{ deliveryId: string }>(
  'replay_deliveries',
  `with earlier as (
     select given.new_id, d.endpoint_id, d.event_id, d.type, d.user_id
     from unnest($2::uuid[], $3::uuid[]) as given (delivery_id, new_id)
     join deliveries d on d.tenant_id = $1 and d.delivery_id = given.delivery_id
   )
   insert into deliveries (tenant_id, delivery_id, endpoint_id, event_id, type, user_id, created_at, lane, state, due_at, is_out,
     tries)
   select $1, new_id, endpoint_id, event_id, type, user_id, $4::timestamptz, 'replay', 'waiting', $4, false, 0 from earlier
   returning delivery_id`,
);

/** Sends events again: a new delivery for each, tried once. */
export async function recordReplays(
  sql: Sql,
  tenantId: string,
  replays: readonly { readonly deliveryId: string; readonly newId: string }[],
  nowMs: number,
): Promise<void> {
  const [ids, newIds] = [replays.map(({ deliveryId }) => deliveryId), replays.map(({ newId }) => newId)];
  await sql.query(replayStatement, [tenantId, ids, newIds, sqlTime(nowMs)]);
}
