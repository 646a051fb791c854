/** Actions that wait for a person to decide, and what became of those that did. */
import { sqlTime, statement } from '../sql.ts';
import type { Sql } from '../sql.ts';
import { actionColumns } from './actions/actions.ts';
import type { ActionRow } from './actions/actions.ts';
import { isShown } from './actions/search.ts';
import { ownerOf } from './actions/named.ts';

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
}

const columns = 'action_id, entered_at, taken_by, taken_at, decided_at, decided_by, note';

/** An action of the queue. Its members are null if it no longer waits, or its user is just being deleted. */
type WaitingRow = { readonly waitingId: string; readonly takenBy: string | null } & {
  readonly [Name in keyof ActionRow]: ActionRow[Name] | null;
};

function waitingStatement(index: string, leading: string) {
  return statement<WaitingRow>(
    `list_waiting_reviews_by_${index}`,
    `with waiting as materialized (
       select r.action_id, r.action_code, r.taken_by from reviews r
       where r.tenant_id = $1 and r.decided_at is null and r.action_id > $2${leading}
       order by r.action_id limit $3
     )
     select w.action_id as waiting_id, w.taken_by, f.* from waiting w
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

/** An action that waits, with the operator who has taken it. */
export interface WaitingReview {
  readonly action: ActionRow;
  readonly takenBy: string | null;
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
    reviews: shown.flatMap(({ takenBy, ...action }) => (isThere(action) ? [{ action, takenBy }] : [])),
    nextId: rows.length > limit ? shown.at(-1)?.waitingId : undefined,
  };
}

function isThere(action: Omit<WaitingRow, 'takenBy'>): action is ActionRow & { readonly waitingId: string } {
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

const loadStatement = statement<ReviewRow>(
  'load_review',
  `select ${columns} from reviews where tenant_id = $1 and action_id = $2`,
);

/** Undefined if the action never needed a review. */
export async function loadReview(sql: Sql, tenantId: string, actionId: string): Promise<ReviewRow | undefined> {
  const [row] = await sql.query(loadStatement, [tenantId, actionId]);
  return row;
}

const lockStatement = statement<ReviewRow>(
  'lock_review',
  `select ${columns} from reviews where tenant_id = $1 and action_id = $2 for update`,
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
