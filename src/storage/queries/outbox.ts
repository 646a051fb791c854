import type { Notice } from '../../core/notices/notice.ts';
import { sqlTime, statement } from '../sql.ts';
import type { Sql } from '../sql.ts';
import { byTenant } from './by-tenant.ts';
import { purgeOf } from './purge.ts';

export interface OutboxRow {
  readonly tenantId: string;
  readonly eventId: string;
  /** The user that it concerns; null for none. */
  readonly userId: string | null;
  readonly kind: string;
  readonly payload: unknown;
  /** Including this try. It also identifies the try: only the latest try of a row can settle it. */
  readonly tries: number;
}

/** The most addresses at which one user is notified. */
export const noticeAddressesMax = 3;

const noticeStatement = statement<never>(
  'queue_notice',
  `insert into outbox (tenant_id, event_id, user_id, kind, payload, created_at, next_try_at)
   select $1, ids.event_id, $2, 'notice',
     jsonb_build_object('to', known.email, 'notice', $3::jsonb, 'happenedAtMs', $4::bigint), $5, $5
   from (
     select email, row_number() over (order by email) as place from (
       -- One for all spellings of a mailbox.
       select distinct on (mailbox) email from (
         select u.email, coalesce(u.email_normal, u.email) as mailbox from users u
         where u.tenant_id = $1 and u.user_id = $2 and u.email is not null and u.email_verified
         union all
         select a.email, coalesce(a.email_normal, a.email) from authenticators a
         where a.tenant_id = $1 and a.user_id = $2 and a.email is not null and a.verified_at is not null
           and a.authenticator_id is distinct from $7
       ) as spelt order by mailbox, email
     ) as verified
   ) as known
   join unnest($6::uuid[]) with ordinality as ids (event_id, place) using (place)`,
);

/**
 * Queues a notice to each verified address of a user, one row per address; without addresses there is none. `eventIds`
 * has an id for each possible row. The address of `exceptAuthenticatorId` does not count.
 */
export async function recordNotice(
  sql: Sql,
  queued: {
    tenantId: string;
    userId: string;
    notice: Notice;
    eventIds: readonly string[];
    nowMs: number;
    exceptAuthenticatorId: string | undefined;
  },
): Promise<void> {
  const { tenantId, userId, notice, eventIds, nowMs, exceptAuthenticatorId } = queued;
  const values = [tenantId, userId, JSON.stringify(notice), nowMs, sqlTime(nowMs), eventIds] as const;
  await sql.query(noticeStatement, [...values, exceptAuthenticatorId ?? null]);
}

/** Notices that one list has at most. */
const listedMax = 50;

const listNoticesStatement = statement<{
  createdAt: number;
  deliveredAt: number | null;
  failedAt: number | null;
  /** Null once it is delivered: its content goes then. */
  to: string | null;
}>(
  'list_notices_of_user',
  `select created_at, delivered_at, failed_at, payload ->> 'to' as to from outbox
   where tenant_id = $1 and user_id = $2 and kind = 'notice' order by created_at desc, event_id limit ${listedMax}`,
);

/** Notices that were queued for a user, newest first. */
export async function listNoticesOfUser(sql: Sql, tenantId: string, userId: string) {
  return sql.query(listNoticesStatement, [tenantId, userId]);
}

const dueStatement = statement<{ tenantId: string; eventId: string }>(
  'list_due_outbox_rows',
  `select tenant_id, event_id from outbox
   where next_try_at <= $1 and kind = any($2) and tenant_id <> all($3) order by next_try_at limit $4`,
);
const takeStatement = statement<OutboxRow>(
  'take_outbox_rows',
  // Still due: another node may have taken it since the list was read.
  `update outbox o set tries = o.tries + 1, next_try_at = $4
   where o.tenant_id = $1 and o.event_id = any(array(
     select event_id from outbox where tenant_id = $1 and event_id = any($2::uuid[]) and next_try_at <= $3
     for update skip locked
   ))
   returning o.tenant_id, o.event_id, o.user_id, o.kind, o.payload, o.tries`,
);

/**
 * Takes rows that are due, only for this node until `leasedUntilMs`, but none of `exceptTenants`. A node leaves kinds
 * that it does not know to nodes that do.
 */
export async function takeOutboxRows(
  sql: Sql,
  taking: {
    kinds: readonly string[];
    nowMs: number;
    leasedUntilMs: number;
    max: number;
    exceptTenants: readonly string[];
  },
): Promise<readonly OutboxRow[]> {
  const { kinds, nowMs, leasedUntilMs, max, exceptTenants } = taking;
  const due = await sql.query(dueStatement, [sqlTime(nowMs), kinds, exceptTenants, max]);
  const taken: OutboxRow[] = [];
  for (const [tenantId, eventIds] of byTenant(due, (row) => row.eventId)) {
    taken.push(...(await sql.query(takeStatement, [tenantId, eventIds, sqlTime(nowMs), sqlTime(leasedUntilMs)])));
  }
  return taken;
}

const isThisTry = 'tenant_id = $1 and event_id = $2 and tries = $3 and next_try_at is not null';

const deliveredStatement = statement<never>(
  'record_outbox_delivery',
  `update outbox set delivered_at = $4, next_try_at = null, payload = null, last_error = null where ${isThisTry}`,
);

/** Settles a row that was delivered, and deletes its content. */
export async function recordDelivery(sql: Sql, row: OutboxRow, nowMs: number): Promise<void> {
  await sql.query(deliveredStatement, [row.tenantId, row.eventId, row.tries, sqlTime(nowMs)]);
}

const failureStatement = statement<never>(
  'record_outbox_failure',
  `update outbox set next_try_at = $5::timestamptz, failed_at = case when $5::timestamptz is null then $4::timestamptz end,
     last_error = $6
   where ${isThisTry}`,
);

/** Records that a try failed: when the next is due, or null if it was the last. `reason` must be safe to show. */
export async function recordDeliveryFailure(
  sql: Sql,
  row: OutboxRow,
  failure: { nowMs: number; nextTryMs: number | null; reason: string },
): Promise<void> {
  const { nowMs, nextTryMs, reason } = failure;
  const next = nextTryMs === null ? null : sqlTime(nextTryMs);
  await sql.query(failureStatement, [row.tenantId, row.eventId, row.tries, sqlTime(nowMs), next, reason]);
}

/** Deletes settled rows that were created before a time. */
export const purgeOutbox = purgeOf('outbox', 'event_id', {
  condition: 'next_try_at is null and created_at <= $1',
  order: 'created_at',
});

const purgeOfTenantStatement = statement<{ eventId: string }>(
  'purge_outbox_of_tenant',
  `delete from outbox where tenant_id = $3 and ctid = any(array(
     select ctid from outbox where tenant_id = $3 and next_try_at is null and created_at <= $1
     order by created_at limit $2 for update skip locked
   )) returning event_id`,
);

/** As {@link purgeOutbox}, of one tenant. */
export async function purgeOutboxOfTenant(sql: Sql, createdMs: number, max: number, tenantId: string): Promise<number> {
  const rows = await sql.query(purgeOfTenantStatement, [sqlTime(createdMs), max, tenantId]);
  return rows.length;
}
