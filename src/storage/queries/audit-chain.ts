import { statement } from '../sql.ts';
import type { Sql } from '../sql.ts';

export interface AuditEventRow {
  readonly tenant_id: string;
  readonly event_id: string;
  readonly happened_at: number;
  readonly actor: unknown;
  readonly event_type: string;
  readonly user_id: string | null;
  readonly request_id: string | null;
  readonly data: unknown;
}

const eventColumns = 'e.tenant_id, e.event_id, e.happened_at, e.actor, e.event_type, e.user_id, e.request_id, e.data';

const lockStatement = statement<{ locked: boolean }>(
  'lock_audit_chain',
  'select pg_try_advisory_xact_lock($1) as locked',
);

/** Lets one node at a time link. False if another does. */
export async function lockAuditChain(sql: Sql): Promise<boolean> {
  // Any constant that nothing else uses.
  const [row] = await sql.query(lockStatement, [0x63686169]);
  return row?.locked === true;
}

const takeStatement = statement<AuditEventRow>(
  'take_unlinked_audit_events',
  `with taken as (
     delete from audit_unlinked where ctid = any(array(
       select ctid from audit_unlinked order by tenant_id, event_id limit $1
     ))
     returning tenant_id, event_id
   )
   select ${eventColumns} from taken t
   join audit_events e on e.tenant_id = t.tenant_id and e.event_id = t.event_id
   order by e.tenant_id, e.event_id`,
);

/** Takes events that are not linked yet out of the queue, by tenant and time. */
export async function takeUnlinkedAuditEvents(sql: Sql, limit: number): Promise<readonly AuditEventRow[]> {
  return sql.query(takeStatement, [limit]);
}

export interface AuditLink {
  readonly position: number;
  readonly hash: Buffer;
}

// Where the chain ends before its head something was cut off, and what follows must not stand in its place. A node of an
// earlier version moves no head.
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

/** How far a tenant's chain has come, as it is kept beside the chain; undefined if nothing was linked yet. */
export async function loadAuditHead(sql: Sql, tenantId: string): Promise<AuditLink | undefined> {
  const [row] = await sql.query(headStatement, [tenantId]);
  return row;
}

const untoldStatement = statement<AuditLink & { readonly tenant_id: string }>(
  'take_untold_audit_heads',
  `update audit_heads set told_position = position where told_position < position
   returning tenant_id, position, hash`,
);

/** The heads that have moved since they were taken last: each is given to one node alone. */
export async function takeUntoldAuditHeads(sql: Sql): Promise<readonly (AuditLink & { readonly tenant_id: string })[]> {
  return sql.query(untoldStatement, []);
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

/** A link with its event; its members are null where that is gone. */
export type LinkedAuditEvent = { readonly [Member in keyof AuditEventRow]: AuditEventRow[Member] | null } & {
  readonly linked_event_id: string;
  readonly position: number;
  readonly previous_hash: Buffer;
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

/** Events that are neither linked nor waiting to be: somebody took their link away. */
export async function countStrayAuditEvents(sql: Sql, tenantId: string): Promise<number> {
  const [row] = await sql.query(strayStatement, [tenantId]);
  return row?.stray ?? 0;
}
