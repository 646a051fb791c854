/** Actions that wait for a person to decide, and what became of those that did. */
import { sqlTime, statement } from '../sql.ts';
import type { Sql } from '../sql.ts';
import { actionColumns } from './actions/actions.ts';
import type { ActionRow } from './actions/actions.ts';
import { isShown } from './actions/search.ts';
import { ownId, ownerOf } from './actions/named.ts';

/** The waiting of one action. */
export interface ReviewRow {
  readonly actionId: string;
  readonly enteredAt: number;
  /** The operator who is at work on it. */
  readonly takenBy: string | null;
  readonly takenAt: number | null;
  /** When it ended. */
  readonly decidedAt: number | null;
  /** The operator who decided; null for the backend. */
  readonly decidedBy: string | null;
  readonly note: string | null;
  /** The operator who has approved it first, where that takes two. */
  readonly firstBy: string | null;
  readonly firstAt: number | null;
  readonly firstNote: string | null;
}

// A node of the release before leaves what was approved the last time that the action waited.
const isFirst = (review: string) => `${review}.first_at >= ${review}.entered_at`;
const firstOf = (review: string) =>
  ['by', 'at', 'note']
    .map((what) => `case when ${isFirst(review)} then ${review}.first_${what} end as first_${what}`)
    .join(', ');

const columns = `r.action_id, r.entered_at, r.taken_by, r.taken_at, r.decided_at, r.decided_by, r.note, ${firstOf('r')}`;

/** An action of the queue. Its members are null if it no longer waits, or its user is just being deleted. */
type WaitingRow = { readonly waitingId: string } & Pick<ReviewRow, 'takenBy' | 'firstBy' | 'firstAt' | 'firstNote'> & {
    readonly [Name in keyof ActionRow]: ActionRow[Name] | null;
  };

function waitingStatement(index: string, leading: string) {
  return statement<WaitingRow>(
    `list_waiting_reviews_by_${index}`,
    `with waiting as materialized (
       select r.action_id, r.action_code, r.taken_by, ${firstOf('r')} from reviews r
       where r.tenant_id = $1 and r.decided_at is null and r.action_id > $2${leading}
       order by r.action_id limit $3
     )
     select w.action_id as waiting_id, w.taken_by, w.first_by, w.first_at, w.first_note, f.* from waiting w
     left join lateral (
       select s.* from (
         select ${actionColumns}, ${ownerOf('a')} as whose from actions_by_month a
         where a.tenant_id = $1 and a.action_id = w.action_id and a.action_code = w.action_code limit 1
       ) as s where s.state = 'REVIEW_REQUIRED' and ${isShown('s')}
     ) as f on true
     order by w.action_id`,
  );
}

const waitingByAge = waitingStatement('age', '');
const waitingByCode = waitingStatement('code', ' and r.action_code = $4');

/** An action that waits, with the operator who has taken it, and the one who has approved it first. */
export interface WaitingReview extends Pick<ReviewRow, 'takenBy' | 'firstBy' | 'firstAt' | 'firstNote'> {
  readonly action: ActionRow;
}

/** Waiting actions after one, oldest first, and the id after which there are more; undefined at the end. */
export async function listWaitingReviews(
  sql: Sql,
  tenantId: string,
  page: { readonly afterId: string; readonly actionCode: string | undefined; readonly limit: number },
): Promise<{ readonly reviews: readonly WaitingReview[]; readonly nextId: string | undefined }> {
  const { afterId, actionCode, limit } = page;
  const rows =
    actionCode === undefined
      ? await sql.query(waitingByAge, [tenantId, afterId, limit + 1])
      : await sql.query(waitingByCode, [tenantId, afterId, limit + 1, actionCode]);
  const shown = rows.slice(0, limit);
  return {
    reviews: shown.flatMap(({ takenBy, firstBy, firstAt, firstNote, ...action }) =>
      isThere(action) ? [{ action, takenBy, firstBy, firstAt, firstNote }] : [],
    ),
    nextId: rows.length > limit ? shown.at(-1)?.waitingId : undefined,
  };
}

function isThere(
  action: Omit<WaitingRow, 'takenBy' | 'firstBy' | 'firstAt' | 'firstNote'>,
): action is ActionRow & { readonly waitingId: string } {
  return action.actionId !== null;
}

/** Waiting actions are counted up to here. */
const countedMax = 10_000;

const countStatement = statement<{ waiting: number }>(
  'count_waiting_reviews',
  `select count(*)::int as waiting from (
     select from reviews where tenant_id = $1 and decided_at is null limit ${countedMax + 1}
   ) as counted`,
);

/** How many actions wait; 10,001 for more than 10,000. */
export async function countWaitingReviews(sql: Sql, tenantId: string): Promise<number> {
  const [row] = await sql.query(countStatement, [tenantId]);
  return row?.waiting ?? 0;
}

const summaryStatement = statement<{ waiting: number; oldestAt: number | null; newestAt: number | null }>(
  'load_waiting_summary',
  `select count(*)::int as waiting, min(entered_at) as oldest_at, max(entered_at) as newest_at from (
     select entered_at from reviews where tenant_id = $1 and decided_at is null
     order by action_id desc limit ${countedMax + 1}
   ) as counted`,
);

/** How many actions wait, as {@link countWaitingReviews} says, and since when the first and the last of them do. */
export async function loadWaitingSummary(sql: Sql, tenantId: string) {
  const [row] = await sql.query(summaryStatement, [tenantId]);
  return row ?? { waiting: 0, oldestAt: null, newestAt: null };
}

const loadStatement = statement<ReviewRow>(
  'load_review',
  `select ${columns} from reviews r where r.tenant_id = $1 and r.action_id = $2`,
);

/** Undefined if the action never needed a review. */
export async function loadReview(sql: Sql, tenantId: string, actionId: string): Promise<ReviewRow | undefined> {
  const [row] = await sql.query(loadStatement, [tenantId, actionId]);
  return row;
}

const lockStatement = statement<ReviewRow>(
  'lock_review',
  `select ${columns} from reviews r where r.tenant_id = $1 and r.action_id = $2 for update`,
);

/** Like {@link loadReview}, and locks it until the transaction ends. */
export async function lockReview(sql: Sql, tenantId: string, actionId: string): Promise<ReviewRow | undefined> {
  const [row] = await sql.query(lockStatement, [tenantId, actionId]);
  return row;
}

const takeStatement = statement<never>(
  'record_review_taken',
  'update reviews set taken_by = $3, taken_at = $4 where tenant_id = $1 and action_id = $2 and decided_at is null',
);

/** Says who is at work on a review; undefined for nobody. */
export async function recordReviewTaken(
  sql: Sql,
  tenantId: string,
  actionId: string,
  { takenBy, nowMs }: { readonly takenBy: string | undefined; readonly nowMs: number },
): Promise<void> {
  await sql.query(takeStatement, [tenantId, actionId, takenBy ?? null, takenBy === undefined ? null : sqlTime(nowMs)]);
}

const firstStatement = statement<{ actionId: string }>(
  'record_first_approval',
  // Never before it began to wait, which a node whose clock is ahead has written.
  `update reviews r set first_by = $3, first_at = greatest($4, r.entered_at), first_note = $5
   where r.tenant_id = $1 and r.action_id = $2 and r.decided_at is null
     and (${isFirst('r')} is not true or r.first_by = $6)
   returning r.action_id`,
);

/**
 * Stores the first of two approvals: there is none yet, or it is that of `inPlaceOf`, which counts no longer. False if somebody
 * else has approved or decided meanwhile.
 */
export async function recordFirstApproval(
  sql: Sql,
  tenantId: string,
  actionId: string,
  approval: {
    readonly operatorId: string;
    readonly nowMs: number;
    readonly note: string | undefined;
    readonly inPlaceOf: string | undefined;
  },
): Promise<boolean> {
  const { operatorId, nowMs, note, inPlaceOf } = approval;
  const values = [tenantId, actionId, operatorId, sqlTime(nowMs), note ?? null, inPlaceOf ?? null];
  return (await sql.query(firstStatement, values)).length > 0;
}

/** What is read of one tenant: the latest decided reviews, and those of one user. */
const similarScannedMax = 1_000;
const similarOfOwnerMax = 200;

/** A review that was decided, with what it has in common with another. */
export interface SimilarReview extends ActionRow {
  readonly reviewedAt: number;
  readonly reviewedBy: string | null;
  readonly note: string | null;
  readonly isSameUser: boolean;
  readonly isSameAddress: boolean;
  readonly isSameDevice: boolean;
  readonly isSameRule: boolean;
}

const similarStatement = statement<SimilarReview>(
  'list_similar_reviews',
  `with known as materialized (
     (
       select r.action_id, r.action_code, r.decided_at, r.decided_by, r.note from reviews r
       where r.tenant_id = $1 and r.decided_at is not null order by r.action_id desc limit ${similarScannedMax}
     ) union (
       select o.action_id, o.action_code, o.decided_at, o.decided_by, o.note from (
         select r.action_id, r.action_code, r.decided_at, r.decided_by, r.note from reviews r
         where r.tenant_id = $1 and r.owner_id = ${ownId} order by r.action_id desc limit ${similarOfOwnerMax}
       ) as o where o.decided_at is not null
     )
   ), compared as (
     select k.decided_at as reviewed_at, k.decided_by as reviewed_by, k.note, f.*,
       f.user_id = $2 as is_same_user, f.ip_address is not distinct from $4 and f.ip_address is not null as is_same_address,
       f.device_id is not distinct from $5 and f.device_id is not null as is_same_device,
       coalesce(f.decision ->> 'decidingRuleId' = $6, false) as is_same_rule
     from known k join lateral (
       select s.* from (
         select ${actionColumns}, ${ownerOf('a')} as whose from actions_by_month a
         where a.tenant_id = $1 and a.action_id = k.action_id and a.action_code = k.action_code limit 1
       ) as s where ${isShown('s')}
     ) as f on true
     where k.action_id <> $3
   )
   select * from compared where is_same_user or is_same_address or is_same_device or is_same_rule
   order by action_id desc limit $7`,
);

/**
 * Reviews that were decided and have the user, the address, the device or the deciding rule of an action, newest first: of the
 * latest of the tenant, and of the user's.
 */
export async function listSimilarReviews(
  sql: Sql,
  tenantId: string,
  action: Pick<ActionRow, 'actionId' | 'userId' | 'ipAddress' | 'deviceId'>,
  { decidingRuleId, max }: { readonly decidingRuleId: string | undefined; readonly max: number },
): Promise<readonly SimilarReview[]> {
  const { actionId, userId, ipAddress, deviceId } = action;
  return sql.query(similarStatement, [tenantId, userId, actionId, ipAddress, deviceId, decidingRuleId ?? null, max]);
}
