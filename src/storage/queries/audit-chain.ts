import { sqlTime, statement } from '../sql.ts';
import type { Sql } from '../sql.ts';
import { byTenant } from './by-tenant.ts';

export interface AuditEventRow {
  readonly tenantId: string;
  readonly eventId: string;
  readonly happenedAt: number;
  readonly actor: unknown;
  readonly eventType: string;
  readonly userId: string | null;
  readonly requestId: string | null;
  readonly data: unknown;
}

const eventColumns = 'e.tenant_id, e.event_id, e.happened_at, e.actor, e.event_type, e.user_id, e.request_id, e.data';

const lockStatement = statement<{ locked: boolean }>(
  'lock_audit_chain',
  'select pg_try_advisory_xact_lock($1) as locked',
);

/** Lets only one node link at a time. False if another does. */
export async function lockAuditChain(sql: Sql): Promise<boolean> {
  // Any constant that no other lock uses.
  const [row] = await sql.query(lockStatement, [0x63686169]);
  return row?.locked === true;
}

const unlinkedStatement = statement<{ tenantId: string; eventId: string }>(
  'list_unlinked_audit_events',
  'select tenant_id, event_id from audit_unlinked order by tenant_id, event_id limit $1',
);
const takeStatement = statement<AuditEventRow>(
  'take_unlinked_audit_events',
  `with taken as (
     delete from audit_unlinked u where u.tenant_id = $1 and u.event_id = any($2::uuid[]) returning u.event_id
   )
   select ${eventColumns} from taken t join audit_events e on e.tenant_id = $1 and e.event_id = t.event_id
   order by e.event_id`,
);

/** Takes events that are not linked yet from the queue, by tenant and time. Under {@link lockAuditChain}. */
export async function takeUnlinkedAuditEvents(sql: Sql, limit: number): Promise<readonly AuditEventRow[]> {
  const taken: AuditEventRow[] = [];
  const unlinked = await sql.query(unlinkedStatement, [limit]);
  for (const [tenantId, eventIds] of byTenant(unlinked, (row) => row.eventId)) {
    taken.push(...(await sql.query(takeStatement, [tenantId, eventIds])));
  }
  return taken;
}

export interface AuditLink {
  readonly position: number;
  readonly hash: Buffer;
}

// If the chain ends before its head, its tail was cut off, and new links must not take its place. A node of an earlier
// version does not move the head.
const lastStatement = statement<AuditLink>(
  'load_last_audit_link',
  `select position, hash from (
     (select position, hash from audit_chain where tenant_id = $1 order by position desc limit 1)
     union all
     (select position, hash from audit_heads where tenant_id = $1)
   ) as ends order by position desc limit 1`,
);

/** The end of a tenant's chain; undefined if it has none yet. */
export async function loadLastAuditLink(sql: Sql, tenantId: string): Promise<AuditLink | undefined> {
  const [row] = await sql.query(lastStatement, [tenantId]);
  return row;
}

const headStatement = statement<AuditLink>(
  'load_audit_head',
  'select position, hash from audit_heads where tenant_id = $1',
);

/** The recorded end of a tenant's chain, stored apart from the chain; undefined if nothing was linked yet. */
export async function loadAuditHead(sql: Sql, tenantId: string): Promise<AuditLink | undefined> {
  const [row] = await sql.query(headStatement, [tenantId]);
  return row;
}

const untoldStatement = statement<{ tenantId: string }>(
  'list_untold_audit_heads',
  'select tenant_id from audit_heads where told_position < position',
);
const takeUntoldStatement = statement<AuditLink & { readonly tenantId: string }>(
  'take_untold_audit_head',
  `update audit_heads set told_position = position where tenant_id = $1 and told_position < position
   returning tenant_id, position, hash`,
);

/** The heads that have moved since they were last taken: each goes to only one node. */
export async function takeUntoldAuditHeads(sql: Sql): Promise<readonly (AuditLink & { readonly tenantId: string })[]> {
  const taken: (AuditLink & { readonly tenantId: string })[] = [];
  for (const { tenantId } of await sql.query(untoldStatement, [])) {
    taken.push(...(await sql.query(takeUntoldStatement, [tenantId])));
  }
  return taken;
}

const recordStatement = statement<never>(
  'record_audit_links',
  `with linked as (
     insert into audit_chain (tenant_id, position, event_id, previous_hash, hash)
     select $1, link.* from unnest($2::bigint[], $3::uuid[], $4::bytea[], $5::bytea[]) as link
     returning position, hash
   )
   insert into audit_heads (tenant_id, position, hash, told_position)
   select $1, position, hash, 0 from linked order by position desc limit 1
   on conflict (tenant_id) do update set position = excluded.position, hash = excluded.hash
     where audit_heads.position < excluded.position`,
);

export interface NewAuditLink extends AuditLink {
  readonly eventId: string;
  readonly previousHash: Buffer;
}

/** Adds links to the end of a tenant's chain. */
export async function recordAuditLinks(sql: Sql, tenantId: string, links: readonly NewAuditLink[]): Promise<void> {
  await sql.query(recordStatement, [
    tenantId,
    links.map(({ position }) => position),
    links.map(({ eventId }) => eventId),
    links.map(({ previousHash }) => previousHash),
    links.map(({ hash }) => hash),
  ]);
}

/** A link with its event; the event's members are null if it was deleted. */
export type LinkedAuditEvent = { readonly [Member in keyof AuditEventRow]: AuditEventRow[Member] | null } & {
  readonly linkedEventId: string;
  readonly position: number;
  readonly previousHash: Buffer;
  readonly hash: Buffer;
};

const pageStatement = statement<LinkedAuditEvent>(
  'load_audit_chain_page',
  `select ${eventColumns}, c.event_id as linked_event_id, c.position, c.previous_hash, c.hash from audit_chain c
   left join audit_events e on e.tenant_id = c.tenant_id and e.event_id = c.event_id
   where c.tenant_id = $1 and c.position > $2 order by c.position limit $3`,
);

/** Links of a tenant after a position, in the order of the chain. */
export async function loadAuditChainPage(
  sql: Sql,
  tenantId: string,
  afterPosition: number,
  limit: number,
): Promise<readonly LinkedAuditEvent[]> {
  return sql.query(pageStatement, [tenantId, afterPosition, limit]);
}

const strayStatement = statement<{ stray: number }>(
  'count_stray_audit_events',
  `select count(*) as stray from audit_events e
   where e.tenant_id = $1
     and not exists (select from audit_chain c where c.tenant_id = e.tenant_id and c.event_id = e.event_id)
     and not exists (select from audit_unlinked u where u.tenant_id = e.tenant_id and u.event_id = e.event_id)`,
);

/** Events that are neither linked nor waiting to be: their link was removed. */
export async function countStrayAuditEvents(sql: Sql, tenantId: string): Promise<number> {
  const [row] = await sql.query(strayStatement, [tenantId]);
  return row?.stray ?? 0;
}

/** Where what is left of a chain begins: the last entry of those that were removed. */
export interface AuditAnchor extends AuditLink {
  /** Whether an event in the log tells of it as it is. */
  readonly isTold: boolean;
}

const anchorStatement = statement<AuditAnchor>(
  'load_audit_anchor',
  `select a.position, a.hash, exists (
     select from audit_events e
     where e.tenant_id = $1 and e.event_id = a.event_id and e.event_type = 'audit.trimmed'
       and e.data @> jsonb_build_object('position', a.position, 'hash', encode(a.hash, 'hex'), 'removed', a.removed)
   ) as is_told
   from audit_anchors a where a.tenant_id = $1 order by a.position desc limit 1`,
);

/** The latest anchor of a tenant's chain; undefined if nothing of the chain was removed. */
export async function loadAuditAnchor(sql: Sql, tenantId: string): Promise<AuditAnchor | undefined> {
  const [row] = await sql.query(anchorStatement, [tenantId]);
  return row;
}

const trimStatement = statement<{ readonly removed: number }>(
  'trim_audit_chain',
  `insert into audit_anchors (tenant_id, position, hash, removed, trimmed_at, event_id) values ($1, $2, $3, 0, $4, $5)
   returning removed`,
);

/**
 * Removes the beginning of a tenant's chain, up to the entry `last`, and leaves an anchor and an event that tells of it.
 * Returns how many entries it was. @throws if the database finds that it is not an unbroken beginning of entries that are
 * all older than the tenant keeps them
 */
export async function trimAuditChain(
  sql: Sql,
  tenantId: string,
  trimming: { readonly last: AuditLink; readonly nowMs: number; readonly eventId: string },
): Promise<number> {
  const { last, nowMs, eventId } = trimming;
  const [row] = await sql.query(trimStatement, [tenantId, last.position, last.hash, sqlTime(nowMs), eventId]);
  return row?.removed ?? 0;
}

const lockTrimStatement = statement<{ locked: boolean }>(
  'lock_audit_trimming',
  'select pg_try_advisory_xact_lock($1) as locked',
);

/** Lets only one node trim at a time. False if another does. */
export async function lockAuditTrimming(sql: Sql): Promise<boolean> {
  // Any constant that no other lock uses.
  const [row] = await sql.query(lockTrimStatement, [0x7472696d]);
  return row?.locked === true;
}
