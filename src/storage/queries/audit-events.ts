import { sqlTime, statement } from '../sql.ts';
import type { Sql } from '../sql.ts';
import type { ActionKey } from './actions/named.ts';
import { firstIdAt } from './actions/months.ts';

/** One security-relevant act. Data never holds a secret, a code or a contact. */
export interface AuditEvent {
  readonly tenantId: string;
  readonly eventId: string;
  readonly happenedAtMs: number;
  readonly actor: { readonly kind: string; readonly id: string };
  readonly eventType: string;
  readonly userId: string | undefined;
  readonly requestId: string | undefined;
  readonly data: Readonly<Record<string, unknown>>;
}

// Queued by the statement: a distributed database has no trigger for that. Elsewhere one queues what nodes of the release
// before record.
const recordStatement = statement<never>(
  'record_audit_event',
  `with event as (
     insert into audit_events (tenant_id, event_id, happened_at, actor, event_type, user_id, request_id, data)
     values ($1, $2, $3, $4, $5, $6, $7, $8)
     returning tenant_id, event_id
   )
   insert into audit_unlinked (tenant_id, event_id) select tenant_id, event_id from event on conflict do nothing`,
);

/** Appends an event in the same transaction as the change that it records, so that both are written or neither. */
export async function recordAuditEvent(sql: Sql, event: AuditEvent): Promise<void> {
  await sql.query(recordStatement, [
    event.tenantId,
    event.eventId,
    sqlTime(event.happenedAtMs),
    JSON.stringify(event.actor),
    event.eventType,
    event.userId ?? null,
    event.requestId ?? null,
    JSON.stringify(event.data),
  ]);
}

/** An event as it was recorded. */
export interface AuditEventRow {
  readonly eventId: string;
  readonly happenedAt: number;
  readonly actor: { readonly kind: string; readonly id: string };
  readonly eventType: string;
  readonly userId: string | null;
  readonly requestId: string | null;
  readonly data: Readonly<Record<string, unknown>>;
}

const columns = 'event_id, happened_at, actor, event_type, user_id, request_id, data';

const ofActionStatement = statement<AuditEventRow>(
  'list_audit_events_of_action',
  // Steps of a challenge do not name the action: they are those of the user soon after it was made.
  `select ${columns} from audit_events
   where tenant_id = $1 and user_id = $2 and event_id >= $5 and event_id < $7
     and case when data ->> 'idempotencyKey' is null then event_id < $6
       else data ->> 'idempotencyKey' = $4 and data ->> 'actionCode' = $3 end
   order by event_id limit $8`,
);

/**
 * What was recorded of a user from `fromMs` to `toMs` that concerns an action, oldest first: events that name it, and until
 * `besideMs` those that name none.
 */
export async function listAuditEventsOfAction(
  sql: Sql,
  { tenantId, userId, actionCode, idempotencyKey }: ActionKey,
  { fromMs, besideMs, toMs, max }: { fromMs: number; besideMs: number; toMs: number; max: number },
): Promise<readonly AuditEventRow[]> {
  return sql.query(ofActionStatement, [
    tenantId,
    userId,
    actionCode,
    idempotencyKey,
    firstIdAt(fromMs),
    firstIdAt(besideMs),
    firstIdAt(toMs),
    max,
  ]);
}

/** Which events. Absent members do not matter. */
export interface AuditFilter {
  readonly tenantId: string;
  /** Ids from here on. */
  readonly firstId: string;
  /** Ids before this one. */
  readonly endId: string;
  readonly userId: string | undefined;
  /** This type, and those that begin with it and a dot. */
  readonly type: string | undefined;
  /** Who did it: any of these. */
  readonly actorIds: readonly string[] | undefined;
}

interface SearchRow extends AuditEventRow {
  readonly scanned: number;
  readonly lastId: string | null;
}

const isWanted = (event: string, { user, type, actors }: Readonly<Record<'user' | 'type' | 'actors', string>>) =>
  `(${user}::text is null or ${event}.user_id = ${user})
         and (${type}::text is null or ${event}.event_type = ${type} or starts_with(${event}.event_type, ${type} || '.'))
         and (${actors}::text[] is null or ${event}.actor ->> 'id' = any(${actors}))`;

// As actions are searched: one text for each index, and everything else compared event by event.
function searchStatement(index: string, leading: string) {
  return statement<SearchRow>(
    `search_audit_events_by_${index}`,
    `with scanned as materialized (
       select ${columns} from audit_events
       where tenant_id = $1 and event_id >= $2 and event_id < $3${leading}
       order by event_id desc limit $4
     ), found as (
       select * from scanned s
       where ${isWanted('s', { user: '$6', type: '$7', actors: '$8' })}
       order by s.event_id desc limit $5
     )
     select w.scanned, w.last_id, f.* from (
       select (select count(*)::int from scanned) as scanned,
         (select event_id from scanned order by event_id limit 1) as last_id
     ) as w
     left join found f on true order by f.event_id desc`,
  );
}

const searchByTime = searchStatement('time', '');
const searchByUser = searchStatement('user', ' and user_id = $6');

/** Reads the newest `batch` events that an index finds, and returns at most `max` of those that the filter wants. */
export async function searchAuditEvents(
  sql: Sql,
  filter: AuditFilter,
  { batch, max }: { readonly batch: number; readonly max: number },
): Promise<{
  readonly events: readonly AuditEventRow[];
  readonly scanned: number;
  readonly lastId: string | undefined;
}> {
  const { tenantId, firstId, endId, userId, type, actorIds } = filter;
  const rows = await sql.query(userId === undefined ? searchByTime : searchByUser, [
    tenantId,
    firstId,
    endId,
    batch,
    max,
    userId ?? null,
    type ?? null,
    actorIds ?? null,
  ]);
  const [first] = rows;
  return {
    // One row without an event says that nothing was found.
    events: rows.filter(({ eventId }) => (eventId as string | null) !== null),
    scanned: first?.scanned ?? 0,
    lastId: first?.lastId ?? undefined,
  };
}

/** An event with its entry in the chain, whose members are null if it is not linked yet. */
export interface ChainedAuditEventRow extends AuditEventRow {
  readonly position: number | null;
  readonly previousHash: Buffer | null;
  readonly hash: Buffer | null;
}

type ReadRow = ChainedAuditEventRow & { readonly scanned: number; readonly lastId: string | null };

function readStatement(index: string, leading: string) {
  return statement<ReadRow>(
    `read_audit_events_by_${index}`,
    `with scanned as materialized (
       select ${columns} from audit_events
       where tenant_id = $1 and event_id > $2 and event_id < $3${leading}
       order by event_id limit $4
     ), found as (
       select s.*, c.position, c.previous_hash, c.hash from scanned s
       left join audit_chain c on c.tenant_id = $1 and c.event_id = s.event_id
       where ${isWanted('s', { user: '$5', type: '$6', actors: '$7' })}
     )
     select w.scanned, w.last_id, f.* from (
       select (select count(*)::int from scanned) as scanned,
         (select event_id from scanned order by event_id desc limit 1) as last_id
     ) as w
     left join found f on true order by f.event_id`,
  );
}

const readByTime = readStatement('time', '');
const readByUser = readStatement('user', ' and user_id = $5');

/** Reads the oldest `batch` events after an id that an index finds, and returns those that the filter wants. */
export async function readAuditEvents(
  sql: Sql,
  { tenantId, endId, userId, type, actorIds }: Omit<AuditFilter, 'firstId'>,
  { afterId, batch }: { readonly afterId: string; readonly batch: number },
): Promise<{
  readonly events: readonly ChainedAuditEventRow[];
  readonly scanned: number;
  readonly lastId: string | undefined;
}> {
  const rows = await sql.query(userId === undefined ? readByTime : readByUser, [
    tenantId,
    afterId,
    endId,
    batch,
    userId ?? null,
    type ?? null,
    actorIds ?? null,
  ]);
  const [first] = rows;
  return {
    events: rows.filter(({ eventId }) => (eventId as string | null) !== null),
    scanned: first?.scanned ?? 0,
    lastId: first?.lastId ?? undefined,
  };
}
