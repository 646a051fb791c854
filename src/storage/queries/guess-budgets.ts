import { sqlTime, statement } from '../sql.ts';
import type { Sql, SqlValue } from '../sql.ts';

/** What a guess is counted for (rulings 15 and 43). */
export interface GuessSubject {
  readonly tenantId: string;
  /** Whose tries the tenant's own limit counts: a user's, or those at a contact of nobody yet. */
  readonly owner: string;
  /** What the failures belong to. */
  readonly subject: string;
  /** Whether the guess is at something else, which has no count of its own. */
  readonly isBeside: boolean;
  readonly verificationMethod: string;
  /** Who hears of a lock. Without a user there are waits but never a lock: a stranger must not be able to lock anybody out. */
  readonly userId: string | undefined;
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
const lockedAfter = 20;
/** Failures since the last success that disable it; unlocking does not undo that. */
const disabledAfter = 100;
/** Whether no guess of `g` is left until somebody unlocks it, if even that helps. */
const isLocked = `(g.failures_since_reset >= ${lockedAfter} or g.failures_since_success >= ${disabledAfter})`;
/** Tries after which a code is dead, whatever the budget says. */
export const triesPerCodeMax = 5;

// Where no wait is due the time stays as it was: the clocks of two nodes differ by milliseconds, and the later one's time
// would be a wait for the other.
const waits = `case when g.failures_since_reset + 1 < ${freeFailures} then g.next_try_at
         else $4::timestamptz + make_interval(secs => least(${waitSecondsMax},
           ${firstWaitSeconds} * 2 ^ least(g.failures_since_reset + 1 - ${freeFailures}, 12))) end`;

// Since when tries count against the tenant's limit.
const since = '$4::timestamptz - make_interval(secs => $8)';

/**
 * Counts one failure ahead of the comparison, unless there is a wait, a lock, or no try left of the tenant's limit. `from`
 * has a row if it may be counted.
 */
const spend = (from: string) => `
     insert into guess_budgets as g (tenant_id, subject, verification_method, failures_since_reset,
       failures_since_success, failures_beside, next_try_at)
     select $1::uuid, $9::text, $3::text, 1, 1, $10::boolean::int, 'epoch' ${from}
       case when $7::int is null then true else has_try_left($1, $2::text, $3, ${since}, $7) end
     on conflict (tenant_id, subject, verification_method) do update set
       failures_since_reset = g.failures_since_reset + 1,
       failures_since_success = g.failures_since_success + 1,
       failures_beside = g.failures_beside + excluded.failures_beside,
       next_try_at = ${waits}
     where g.next_try_at <= $4 and ($5::text is null or not ${isLocked})
       and (not $10 or g.failures_beside < ${disabledAfter})
     returning
       case when $7 is not null then count_try($1, $2, $3, ${since}, $4) end as is_tried,
       -- the user hears of a lock (A05): with the failure that makes it, so that no crash comes between; see isFailing
       case when $5 is not null and g.failures_since_reset = ${lockedAfter}
         then queue_lock_notice($1, $5, $3, $4, $6::uuid) end as is_notified`;

const hasTriesLeft = `c.tenant_id = $1 and c.challenge_id = any($11::uuid[]) and c.tries < ${triesPerCodeMax}`;
const spendAtCodesStatement = statement<{ challenge_id: string }>(
  'spend_attempt_at_codes',
  `with spent as (${spend(`from (select from challenges c where ${hasTriesLeft} limit 1) as any_code where`)}
   )
   update challenges c set tries = c.tries + 1 where ${hasTriesLeft} and exists (select from spent)
   returning c.challenge_id`,
  'guesses',
);

const spendStatement = statement<{ is_notified: boolean | null }>('spend_attempt', spend('where'), 'guesses');

export interface Guess {
  readonly limit: GuessLimit | undefined;
  /** Of the notice to the user that the failure queues which locks a method. */
  readonly noticeId: string;
  readonly nowMs: number;
}

/**
 * Spends one guess, in a statement of its own that is committed before anything is compared: whatever happens next, the
 * guess is gone. False when there is none left; a try that is refused costs nothing.
 */
export async function spendAttempt(sql: Sql, subject: GuessSubject, guess: Guess): Promise<boolean> {
  return (await sql.query(spendStatement, guessValues(subject, guess))).length === 1;
}

/**
 * Spends one guess at all of these challenges' codes at once, which have a few tries each. Gives those challenges whose
 * codes it may be compared with; none when there is no guess left.
 */
export async function spendAttemptAtCodes(
  sql: Sql,
  subject: GuessSubject,
  guess: Guess,
  challengeIds: readonly string[],
): Promise<readonly string[]> {
  const rows = await sql.query(spendAtCodesStatement, [...guessValues(subject, guess), challengeIds]);
  return rows.map((row) => row.challenge_id);
}

function guessValues(
  { tenantId, owner, subject, isBeside, verificationMethod, userId }: GuessSubject,
  { limit, noticeId, nowMs }: Guess,
): readonly SqlValue[] {
  const windowSeconds = limit === undefined ? null : limit.windowMs / 1000;
  return [
    tenantId,
    owner,
    verificationMethod,
    sqlTime(nowMs),
    userId ?? null,
    noticeId,
    limit?.triesMax ?? null,
    windowSeconds,
    subject,
    isBeside,
  ];
}

const giveBackStatement = statement<never>(
  'give_back_attempt',
  `with budget as (
     update guess_budgets set
       failures_since_reset = greatest(failures_since_reset - 1, 0),
       failures_since_success = greatest(failures_since_success - 1, 0),
       failures_beside = greatest(failures_beside - $6::boolean::int, 0),
       -- a wait that the failures which are left have earned goes on
       next_try_at = case when failures_since_reset <= ${freeFailures} then 'epoch' else next_try_at end
     where tenant_id = $1 and subject = $2 and verification_method = $3
     returning 1
   ), tries as (
     -- the latest: which of those made at once it was makes no difference to how many are left
     update guess_tries set tried_at = trim_array(tried_at, least(cardinality(tried_at), 1))
     where tenant_id = $1 and subject = $5 and verification_method = $3
       -- after the budget, as whoever spends takes them
       and exists (select from budget)
   )
   update challenges set tries = greatest(tries - 1, 0) where tenant_id = $1 and challenge_id = any($4::uuid[])`,
);

/**
 * Gives back the attempt of a request that brought the right code: a repeat of the one that was accepted, or one that was
 * not confirmed. With the challenges that it was spent at, the try at their codes too.
 */
export async function giveBackAttempt(
  sql: Sql,
  { tenantId, owner, subject, isBeside, verificationMethod }: GuessSubject,
  challengeIds: readonly string[] = [],
): Promise<void> {
  const values = [tenantId, subject, verificationMethod, challengeIds, owner, isBeside];
  await sql.query(giveBackStatement, values);
}

const uncountStatement = statement<never>(
  'uncount_failure',
  `update guess_budgets set
     failures_since_reset = case when $4 then 0 else greatest(failures_since_reset - 1, 0) end,
     failures_since_success = greatest(failures_since_success - 1, 0),
     failures_beside = greatest(failures_beside - $5::boolean::int, 0),
     next_try_at = case when $4 or failures_since_reset <= ${freeFailures} then 'epoch' else next_try_at end
   where tenant_id = $1 and subject = $2 and verification_method = $3`,
);

/** Takes the failure of an attempt back that was right and yet makes no others forgotten; with `endsWaits`, waits and a lock end. */
export async function uncountFailure(
  sql: Sql,
  { tenantId, subject, isBeside, verificationMethod }: GuessSubject,
  endsWaits: boolean,
): Promise<void> {
  await sql.query(uncountStatement, [tenantId, subject, verificationMethod, endsWaits, isBeside]);
}

/** How a budget stands, with until when no guess counts; or when guesses were counted against the tenant's own limit. */
export interface GuessCountRow {
  readonly verification_method: string;
  /** Null for the tries of the limit. */
  readonly subject: string | null;
  readonly is_locked: boolean;
  /** Unix milliseconds. */
  readonly next_try_at: number;
  /** Unix milliseconds. */
  readonly tried_at: readonly number[];
}

const loadStatement = statement<GuessCountRow>(
  'load_guess_counts',
  `select g.verification_method, g.subject, ${isLocked} as is_locked, g.next_try_at, '[]'::json as tried_at
   from guess_budgets g where g.tenant_id = $1 and g.subject = any($3)
   union all
   select t.verification_method, null, false, 'epoch',
     to_json(array(select (extract(epoch from tried) * 1000)::bigint from unnest(t.tried_at) as tried))
   from guess_tries t where t.tenant_id = $1 and t.subject = $2`,
  'reads',
);

/** What is counted for any of a user's guesses. */
export async function loadGuessCounts(
  sql: Sql,
  tenantId: string,
  owner: string,
  subjects: readonly string[],
): Promise<readonly GuessCountRow[]> {
  return sql.query(loadStatement, [tenantId, owner, subjects]);
}

const failingStatement = statement<{ is_failing: boolean }>(
  'load_is_failing',
  `select exists (
     select from guess_budgets
     where tenant_id = $1 and subject = any($2) and verification_method = $3 and failures_since_success >= ${lockedAfter}
   ) as is_failing`,
);

/** Whether one of these has failed as often as locks it, with no success since; an unlock changes nothing about it. */
export async function isFailing(
  sql: Sql,
  tenantId: string,
  subjects: readonly string[],
  verificationMethod: string,
): Promise<boolean> {
  const [row] = await sql.query(failingStatement, [tenantId, subjects, verificationMethod]);
  return row?.is_failing === true;
}

const unlockStatement = statement<{ subject: string }>(
  'unlock_guesses',
  `with budgets as (
     update guess_budgets set failures_since_reset = 0, next_try_at = $4,
       failures_since_success = case when $5 then 0 else failures_since_success end,
       failures_beside = case when $5 then 0 else failures_beside end
     where tenant_id = $1 and subject = any($2) and verification_method = $3
     returning subject
   ), tries as (
     -- after the budgets, as whoever spends takes them
     delete from guess_tries where tenant_id = $1 and subject = $6 and verification_method = $3
       and (select count(*) from budgets) >= 0
     returning subject
   )
   select subject from tries union all select subject from budgets`,
);

/**
 * Ends waits, locks and the tenant's limit, but keeps the count since the last success, unless it is to be reset, too. False
 * if there was nothing to end.
 */
export async function unlockGuesses(
  sql: Sql,
  tenantId: string,
  of: { readonly owner: string; readonly subjects: readonly string[]; readonly verificationMethod: string },
  { resetsDisabled, nowMs }: { readonly resetsDisabled: boolean; readonly nowMs: number },
): Promise<boolean> {
  const { owner, subjects, verificationMethod } = of;
  const values = [tenantId, subjects, verificationMethod, sqlTime(nowMs), resetsDisabled, owner];
  return (await sql.query(unlockStatement, values)).length > 0;
}

const forgetStatement = statement<never>(
  'forget_failures',
  `update guess_budgets set failures_since_reset = 0, failures_since_success = 0, failures_beside = 0, next_try_at = $4
   where tenant_id = $1 and subject = $2 and verification_method = $3
     and (not $5 or greatest(failures_since_success, failures_beside) >= ${disabledAfter})`,
);

/** Forgets all failures, or only where they have disabled what they are counted for. */
export async function forgetFailures(
  sql: Sql,
  { tenantId, subject, verificationMethod }: GuessSubject,
  { onlyIfDisabled, nowMs }: { readonly onlyIfDisabled: boolean; readonly nowMs: number },
): Promise<void> {
  await sql.query(forgetStatement, [tenantId, subject, verificationMethod, sqlTime(nowMs), onlyIfDisabled]);
}

/** The subject of an authenticator that has no contact; it goes with it. */
export function authenticatorSubject(authenticatorId: string): string {
  return `authenticator:${authenticatorId}`;
}

/** A statement that deletes authenticators as `removed`, with what is counted for them. Failures at a contact stay. */
export function withoutGuesses(removal: string): string {
  return `with removed as (${removal} returning r.tenant_id, r.authenticator_id)
   delete from guess_budgets g using removed
   where g.tenant_id = removed.tenant_id and g.subject = '${authenticatorSubject('')}' || removed.authenticator_id`;
}

const deleteAuthenticatorsStatement = statement<never>(
  'delete_guess_budgets_of_authenticators',
  `delete from guess_budgets g using authenticators a
   where a.tenant_id = $1 and a.user_id = $2 and g.tenant_id = a.tenant_id
     and g.subject = '${authenticatorSubject('')}' || a.authenticator_id`,
);
const deleteSpotlessStatement = statement<never>(
  'delete_spotless_guess_budgets',
  'delete from guess_budgets where tenant_id = $1 and subject = any($2) and greatest(failures_since_success, failures_beside) = 0',
);
const deleteTriesStatement = statement<never>(
  'delete_guess_tries',
  `delete from guess_tries where tenant_id = $1 and subject = $2
     and not exists (select from unnest(tried_at) as tried where tried > $3)`,
);

/**
 * Deletes what is counted for a user who goes, as far as it binds nobody who comes again by the same name: failures at their
 * contacts and methods stay, and so do tries that were made after `triedAfterMs`. Both name nobody: their names are HMACs.
 */
export async function deleteGuessBudgets(
  sql: Sql,
  tenantId: string,
  of: { readonly userId: string; readonly owner: string; readonly subjects: readonly string[] },
  triedAfterMs: number,
): Promise<void> {
  await sql.query(deleteAuthenticatorsStatement, [tenantId, of.userId]);
  await sql.query(deleteSpotlessStatement, [tenantId, of.subjects]);
  await sql.query(deleteTriesStatement, [tenantId, of.owner, sqlTime(triedAfterMs)]);
}
