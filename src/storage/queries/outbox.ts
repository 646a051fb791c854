import type { Notice } from '../../core/notices/notice.ts';
import { sqlTime, statement } from '../sql.ts';
import type { Sql } from '../sql.ts';

export interface OutboxRow {
  readonly tenant_id: string;
  readonly event_id: string;
  /** Whom it concerns; null for nobody in particular. */
  readonly user_id: string | null;
  readonly kind: string;
  readonly payload: unknown;
  /** This try included. Names it, too: only the latest try of a row can settle it. */
  readonly tries: number;
}

/** The most addresses that one user is told at. */
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
 * Queues a notice to each verified address of a user, one row an address; none has none. `eventIds` names as many rows as
 * there may be. The address of `exceptAuthenticatorId` does not count.
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

const takeStatement = statement<OutboxRow>(
  'take_outbox_rows',
  `update outbox o set tries = o.tries + 1, next_try_at = $2
   where ctid = any(array(
     select ctid from outbox where next_try_at <= $1 and kind = any($3) and tenant_id <> all($5)
     order by next_try_at limit $4 for update skip locked
   ))
   returning o.tenant_id, o.event_id, o.user_id, o.kind, o.payload, o.tries`,
);

/**
 * Takes rows that are due, for this node alone until `leasedUntilMs`, but none of `exceptTenants`. A node leaves kinds that
 * it does not know to those that do.
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
  return sql.query(takeStatement, [sqlTime(nowMs), sqlTime(leasedUntilMs), kinds, max, exceptTenants]);
}

const isThisTry = 'tenant_id = $1 and event_id = $2 and tries = $3 and next_try_at is not null';

const deliveredStatement = statement<never>(
  'record_outbox_delivery',
  `update outbox set delivered_at = $4, next_try_at = null, payload = null, last_error = null where ${isThisTry}`,
);

/** Settles a row that was delivered, and forgets what it said. */
export async function recordDelivery(sql: Sql, row: OutboxRow, nowMs: number): Promise<void> {
  await sql.query(deliveredStatement, [row.tenant_id, row.event_id, row.tries, sqlTime(nowMs)]);
}

const failureStatement = statement<never>(
  'record_outbox_failure',
  `update outbox set next_try_at = $5::timestamptz, failed_at = case when $5::timestamptz is null then $4::timestamptz end,
     last_error = $6
   where ${isThisTry}`,
);

/** Notes that a try failed: when the next is due, or null if it was the last. `reason` must be safe to show. */
export async function recordDeliveryFailure(
  sql: Sql,
  row: OutboxRow,
  failure: { nowMs: number; nextTryMs: number | null; reason: string },
): Promise<void> {
  const { nowMs, nextTryMs, reason } = failure;
  const next = nextTryMs === null ? null : sqlTime(nextTryMs);
  await sql.query(failureStatement, [row.tenant_id, row.event_id, row.tries, sqlTime(nowMs), next, reason]);
}

const purgeStatement = statement<{ event_id: string }>(
  'purge_outbox',
  `delete from outbox where ctid = any(array(
     select ctid from outbox where next_try_at is null and created_at <= $1
     order by created_at limit $2 for update skip locked
   )) returning event_id`,
);

/** Deletes up to `max` settled rows that were made before `createdMs`, and says how many. */
export async function purgeOutbox(sql: Sql, createdMs: number, max: number): Promise<number> {
  const rows = await sql.query(purgeStatement, [sqlTime(createdMs), max]);
  return rows.length;
}
