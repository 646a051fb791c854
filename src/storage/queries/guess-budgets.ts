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

const freeFailures = 5;
const firstWaitSeconds = 30;
const waitSecondsMax = 3600;
const lockedAfter = 20;
const disabledAfter = 100;
// A code dies after five tries, whatever the budget says.
const triesPerCodeMax = 5;

const spendStatement = statement<{ tries: number | null }>(
  'spend_attempt',
  `with spent as (
     insert into guess_budgets as g (tenant_id, subject, verification_method, failures_since_reset,
       failures_since_success, next_try_at)
     select $1, $2, $3, 1, 1, $4 from challenges c
     where c.tenant_id = $1 and c.challenge_id = $6 and c.tries < ${triesPerCodeMax}
     on conflict (tenant_id, subject, verification_method) do update set
       failures_since_reset = g.failures_since_reset + 1,
       failures_since_success = g.failures_since_success + 1,
       next_try_at = $4::timestamptz + case when g.failures_since_reset + 1 < ${freeFailures} then interval '0'
         else make_interval(secs => least(${waitSecondsMax},
           ${firstWaitSeconds} * 2 ^ least(g.failures_since_reset + 1 - ${freeFailures}, 12))) end
     where g.next_try_at <= $4
       and (not $5 or (g.failures_since_reset < ${lockedAfter} and g.failures_since_success < ${disabledAfter}))
     returning 1
   )
   update challenges c set tries = c.tries + 1
   where c.tenant_id = $1 and c.challenge_id = $6 and c.tries < ${triesPerCodeMax} and exists (select from spent)
   returning c.tries`,
);

/**
 * Spends one guess, in a statement of its own that is committed before anything is compared: whatever happens next, the
 * guess is gone. False when there is none left, now or for this code; a try that is refused costs nothing.
 */
export async function spendAttempt(
  sql: Sql,
  { tenantId, subject, verificationMethod, canLock }: GuessSubject,
  challengeId: string,
  nowMs: number,
): Promise<boolean> {
  const rows = await sql.query(spendStatement, [
    tenantId,
    subject,
    verificationMethod,
    sqlTime(nowMs),
    canLock,
    challengeId,
  ]);
  return rows.length === 1;
}

const resetStatement = statement<never>(
  'reset_guess_budget',
  `update guess_budgets set failures_since_reset = 0, failures_since_success = 0, next_try_at = $4
   where tenant_id = $1 and subject = $2 and verification_method = $3`,
);

/** A success of this method clears its failures, and no other's. In the transaction that consumes the code. */
export async function resetGuessBudget(sql: Sql, subject: GuessSubject, nowMs: number): Promise<void> {
  await sql.query(resetStatement, [subject.tenantId, subject.subject, subject.verificationMethod, sqlTime(nowMs)]);
}

const giveBackStatement = statement<never>(
  'give_back_attempt',
  `update guess_budgets set
     failures_since_reset = greatest(failures_since_reset - 1, 0),
     failures_since_success = greatest(failures_since_success - 1, 0),
     next_try_at = $4
   where tenant_id = $1 and subject = $2 and verification_method = $3`,
);

/** Gives back the attempt of a repeat that brought the very code that was accepted. */
export async function giveBackAttempt(sql: Sql, subject: GuessSubject, nowMs: number): Promise<void> {
  await sql.query(giveBackStatement, [subject.tenantId, subject.subject, subject.verificationMethod, sqlTime(nowMs)]);
}

const unlockStatement = statement<{ failures_since_reset: number }>(
  'unlock_guess_budget',
  `update guess_budgets set failures_since_reset = 0, next_try_at = $4
   where tenant_id = $1 and subject = $2 and verification_method = $3 returning failures_since_reset`,
);

/** Ends waits and a lock, but keeps the count since the last success. False if there was nothing to end. */
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
