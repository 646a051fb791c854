import { sqlTime, statement } from '../sql.ts';
import type { Sql } from '../sql.ts';

/** Whose guesses are counted, and at what (ruling 15). */
export interface GuessSubject {
  readonly tenantId: string;
  /** `user:` and the id, or `contact:` and an HMAC of the address where there is no user. */
  readonly subject: string;
  readonly verificationMethod: string;
  /** Without a user there are waits but never a lock: a stranger must not be able to lock anybody out. */
  readonly canLock: boolean;
}

/**
 * A limit of the tenant's own, of guesses right or wrong. It stands beside the budget of failures, so that it can make that
 * stricter and never wider.
 */
export interface GuessLimit {
  readonly triesMax: number;
  readonly windowMs: number;
}

const freeFailures = 5;
const firstWaitSeconds = 30;
const waitSecondsMax = 3600;
/** Failures since the last success or unlock that lock a method. */
export const lockedAfter = 20;
/** Failures since the last success that disable it; unlocking does not undo that. */
export const disabledAfter = 100;
// A code dies after five tries, whatever the budget says.
const triesPerCodeMax = 5;

// Where no wait is due the time stays as it was: the clocks of two nodes differ by milliseconds, and the later one's time
// would be a wait for the other.
const waits = `case when g.failures_since_reset + 1 < ${freeFailures} then g.next_try_at
         else $4::timestamptz + make_interval(secs => least(${waitSecondsMax},
           ${firstWaitSeconds} * 2 ^ least(g.failures_since_reset + 1 - ${freeFailures}, 12))) end`;

// The tries that the tenant's limit still counts.
const recentTries = 'select t from unnest(g.recent_tries) as t where t > $4::timestamptz - make_interval(secs => $8)';

/**
 * Counts one failure ahead of the comparison, unless there is a wait, a lock, or no try left of the tenant's limit. `from`
 * has a row if it may be counted.
 */
const spend = (from: string) => `
     insert into guess_budgets as g (tenant_id, subject, verification_method, failures_since_reset,
       failures_since_success, next_try_at, recent_tries)
     select $1::uuid, $2::text, $3::text, 1, 1, 'epoch',
       case when $7::int is null then '{}' else array[$4::timestamptz] end ${from}
     on conflict (tenant_id, subject, verification_method) do update set
       failures_since_reset = g.failures_since_reset + 1,
       failures_since_success = g.failures_since_success + 1,
       next_try_at = ${waits},
       recent_tries = case when $7 is null then '{}' else array(${recentTries}) || $4::timestamptz end
     where g.next_try_at <= $4
       and ($7 is null or cardinality(array(${recentTries})) < $7)
       and (not $5 or (g.failures_since_reset < ${lockedAfter} and g.failures_since_success < ${disabledAfter}))
     -- the user hears of a lock (A05): with the failure that makes it, so that no crash comes between; see isFailing
     returning case when $5 and g.failures_since_reset = ${lockedAfter}
       then queue_lock_notice($1, substr($2, 6), $3, $4, $6::uuid) end as is_notified`;

const spendAtCodeStatement = statement<{ tries: number | null }>(
  'spend_attempt_at_code',
  `with spent as (${spend(`from challenges c
     where c.tenant_id = $1 and c.challenge_id = $9 and c.tries < ${triesPerCodeMax}`)}
   )
   update challenges c set tries = c.tries + 1
   where c.tenant_id = $1 and c.challenge_id = $9 and c.tries < ${triesPerCodeMax} and exists (select from spent)
   returning c.tries`,
  'guesses',
);

const spendStatement = statement<{ is_notified: boolean | null }>('spend_attempt', spend(''), 'guesses');

/**
 * Spends one guess, in a statement of its own that is committed before anything is compared: whatever happens next, the
 * guess is gone. False when there is none left; a try that is refused costs nothing. With a challenge, the guess is at its
 * code, which has a few tries of its own. The failure that locks a method queues a notice to its user as `noticeId`.
 */
export async function spendAttempt(
  sql: Sql,
  { tenantId, subject, verificationMethod, canLock }: GuessSubject,
  guess: {
    readonly challengeId: string | undefined;
    readonly limit: GuessLimit | undefined;
    readonly noticeId: string;
    readonly nowMs: number;
  },
): Promise<boolean> {
  const { challengeId, limit, noticeId, nowMs } = guess;
  const windowSeconds = limit === undefined ? null : limit.windowMs / 1000;
  const values = [
    tenantId,
    subject,
    verificationMethod,
    sqlTime(nowMs),
    canLock,
    noticeId,
    limit?.triesMax ?? null,
    windowSeconds,
  ];
  const rows =
    challengeId === undefined
      ? await sql.query(spendStatement, values)
      : await sql.query(spendAtCodeStatement, [...values, challengeId]);
  return rows.length === 1;
}

const giveBackStatement = statement<never>(
  'give_back_attempt',
  `with budget as (
     update guess_budgets set
       failures_since_reset = greatest(failures_since_reset - 1, 0),
       failures_since_success = greatest(failures_since_success - 1, 0),
       -- a wait that the failures which are left have earned goes on
       next_try_at = case when failures_since_reset <= ${freeFailures} then 'epoch' else next_try_at end,
       -- the latest: which of those made at once it was makes no difference to how many are left
       recent_tries = trim_array(recent_tries, least(cardinality(recent_tries), 1))
     where tenant_id = $1 and subject = $2 and verification_method = $3
   )
   update challenges set tries = greatest(tries - 1, 0) where tenant_id = $1 and challenge_id = $4`,
);

/**
 * Gives back the attempt of a request that brought the right code: a repeat of the one that was accepted, or one that was
 * not confirmed. With the challenge that the code is of, the try at it too.
 */
export async function giveBackAttempt(
  sql: Sql,
  { tenantId, subject, verificationMethod }: GuessSubject,
  challengeId?: string,
): Promise<void> {
  await sql.query(giveBackStatement, [tenantId, subject, verificationMethod, challengeId ?? null]);
}

const failingStatement = statement<{ is_failing: boolean }>(
  'load_is_failing',
  `select failures_since_success >= ${lockedAfter} as is_failing from guess_budgets
   where tenant_id = $1 and subject = 'user:' || $2 and verification_method = $3`,
);

/** Whether a user's method has failed as often as locks it, with no success since; an unlock changes nothing about it. */
export async function isFailing(
  sql: Sql,
  tenantId: string,
  userId: string,
  verificationMethod: string,
): Promise<boolean> {
  const [row] = await sql.query(failingStatement, [tenantId, userId, verificationMethod]);
  return row?.is_failing === true;
}

const unlockStatement = statement<{ failures_since_reset: number }>(
  'unlock_guess_budget',
  `update guess_budgets set failures_since_reset = 0, next_try_at = $4, recent_tries = '{}'
   where tenant_id = $1 and subject = $2 and verification_method = $3 returning failures_since_reset`,
);

/** Ends waits, a lock and the tenant's limit, but keeps the count since the last success. False if there was nothing to end. */
export async function unlockGuessBudget(sql: Sql, subject: GuessSubject, nowMs: number): Promise<boolean> {
  const rows = await sql.query(unlockStatement, [
    subject.tenantId,
    subject.subject,
    subject.verificationMethod,
    sqlTime(nowMs),
  ]);
  return rows.length === 1;
}

const deleteForUserStatement = statement<never>(
  'delete_user_guess_budgets',
  `delete from guess_budgets where tenant_id = $1 and subject = 'user:' || $2`,
);

export async function deleteUserGuessBudgets(sql: Sql, tenantId: string, userId: string): Promise<void> {
  await sql.query(deleteForUserStatement, [tenantId, userId]);
}
