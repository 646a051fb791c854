import { sqlTime, statement } from '../sql.ts';
import type { Sql } from '../sql.ts';

/** What a guess is counted for (rulings 15 and 43). */
export interface GuessSubject {
  readonly tenantId: string;
  /** The owner of the tries that the tenant's own limit counts: a user, or a contact without a user yet. */
  readonly owner: string;
  /** The subject that the failures are counted for. */
  readonly subject: string;
  /** Whether the guess is at something else, which has no count of its own. */
  readonly isBeside: boolean;
  readonly verificationMethod: string;
  /**
   * The user who is notified of a lock. Without a user there are waits but never a lock: a stranger must not be able to
   * lock anyone out.
   */
  readonly userId: string | undefined;
}

/**
 * The tenant's own limit of guesses, right or wrong. It applies in addition to the budget of failures, so it can only
 * make that stricter.
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
/** Whether `g` permits no guess until it is unlocked, if unlocking even helps. */
const isLocked = `(g.failures_since_reset >= ${lockedAfter} or g.failures_since_success >= ${disabledAfter})`;
/** Tries after which a code is invalid, whatever the budget permits. */
export const triesPerCodeMax = 5;

// If no wait is due, the time stays unchanged: the clocks of two nodes differ by milliseconds, and a time set by the
// faster one would be a wait for the other.
const waits = `case when g.failures_since_reset + 1 < ${freeFailures} then g.next_try_at
         else ($7::timestamptz[])[least(g.failures_since_reset + 2 - ${freeFailures}, cardinality($7::timestamptz[]))] end`;

/** When the next guess is permitted after one failure too many, after the next, and so on; the last for all further ones. */
function ends(nowMs: number): readonly string[] {
  const seconds: number[] = [];
  for (let wait = firstWaitSeconds; seconds.at(-1) !== waitSecondsMax; wait *= 2) {
    seconds.push(Math.min(wait, waitSecondsMax));
  }
  return seconds.map((wait) => sqlTime(nowMs + wait * 1000));
}

/** Whether the budget `g` permits a guess. */
const permits = `g.next_try_at <= $4 and ($5::text is null or not ${isLocked})
         and (not $10::boolean or g.failures_beside < ${disabledAfter})`;

const isThisBudget = 'g.tenant_id = $1 and g.subject = $9 and g.verification_method = $3';

/**
 * Takes one of the tries of the tenant's own limit, unless the budget refuses the guess: its row is locked first, so it
 * is the same when the failure is counted.
 */
const takeTry = (since: string, triesMax: string, given: string) => `budget as materialized (
     select ${permits} as permits from guess_budgets g where ${isThisBudget} for update
   ), tried as (
     insert into guess_tries as t (tenant_id, subject, verification_method, tried_at)
     select $1, $2, $3, array[$4::timestamptz] where coalesce((select permits from budget), true) ${given}
     on conflict (tenant_id, subject, verification_method) do update set
       tried_at = array(select tried from unnest(t.tried_at) as tried where tried > ${since}) || excluded.tried_at
     where (select count(*) from unnest(t.tried_at) as tried where tried > ${since}) < ${triesMax}
     returning t.subject
   ), `;

/**
 * Counts one failure before the comparison, unless there is a wait, a lock, or no try left in the tenant's limit. With the
 * failure that causes a lock, the user is notified of it (A05), and endpoints are told, so that no crash can come between;
 * see isFailing.
 */
const spend = (from: string) => `spent as (
     insert into guess_budgets as g (tenant_id, subject, verification_method, failures_since_reset,
       failures_since_success, failures_beside, next_try_at)
     select $1::uuid, $9::text, $3::text, 1, 1, $10::boolean::int, 'epoch' ${from}
     on conflict (tenant_id, subject, verification_method) do update set
       failures_since_reset = g.failures_since_reset + 1,
       failures_since_success = g.failures_since_success + 1,
       failures_beside = g.failures_beside + excluded.failures_beside,
       next_try_at = ${waits}
     where ${permits}
     returning ($5::text is not null and g.failures_since_reset = ${lockedAfter}) as is_last
   ), notice as (
     insert into outbox (tenant_id, event_id, user_id, kind, payload, created_at, next_try_at)
     select $1, $6::uuid, u.user_id, 'notice', jsonb_build_object(
         'to', u.email, 'happenedAtMs', (extract(epoch from $4::timestamptz) * 1000)::bigint,
         'notice', jsonb_build_object('type', 'method-locked', 'verificationMethod', $3)
       ), $4, $8::timestamptz
     from users u
     where u.tenant_id = $1 and u.user_id = $5 and u.email is not null and u.email_verified
       and exists (select from spent where is_last)
     for key share of u
   ), event as (
     insert into outbox (tenant_id, event_id, user_id, kind, payload, created_at, next_try_at)
     select $1, (left($6::text, 35) || translate(right($6::text, 1), '0123456789abcdef', '123456789abcdef0'))::uuid,
       u.user_id, 'lock-event', jsonb_build_object('verificationMethod', $3), $4, $8::timestamptz
     from users u
     where u.tenant_id = $1 and u.user_id = $5 and exists (select from spent where is_last) and exists (
       select from event_endpoints e where e.tenant_id = $1 and 'verification_method.locked' = any(e.types)
     )
     for key share of u
   )`;

/** One of a guess that was spent; at codes, one for each challenge. */
interface SpentRow {
  readonly challengeId?: string;
  readonly isLast: boolean;
}

function spendStatements(name: string, { given, result }: { given?: string; result(next: number): string }) {
  const codes = (next: number) => given?.replaceAll('$codes', `$${next}::uuid[]`);
  const unlimited = codes(11);
  const limited = codes(13);
  return {
    unlimited: statement<SpentRow>(
      name,
      // The owner has no tries to count here, but names the call in its queue.
      `with ${spend(`where $2::text is not null ${unlimited === undefined ? '' : `and ${unlimited}`}`)}
   ${result(11)}`,
      'guesses',
    ),
    limited: statement<SpentRow>(
      `${name}_limited`,
      `with ${takeTry('$12::timestamptz', '$11::int', limited === undefined ? '' : `and ${limited}`)}${spend('from tried')}
   ${result(13)}`,
      'guesses',
    ),
  };
}

const hasTriesLeft = (codes: string) =>
  `c.tenant_id = $1 and c.challenge_id = any(${codes}) and c.tries < ${triesPerCodeMax}`;

const spendStatementsAlone = spendStatements('spend_attempt', { result: () => 'select is_last from spent' });
const spendStatementsAtCodes = spendStatements('spend_attempt_at_codes', {
  given: `exists (select from challenges c where ${hasTriesLeft('$codes')})`,
  result: (next) => `update challenges c set tries = c.tries + 1
   where ${hasTriesLeft(`$${next}`)} and exists (select from spent)
   returning c.challenge_id, (select is_last from spent) as is_last`,
});

/** When a notice of a lock goes out: once it is known whether that guess was right after all. */
const noticeAfterMs = 30_000;

export interface Guess {
  readonly limit: GuessLimit | undefined;
  /** Id of the notice that is queued for the user if this failure locks the method. */
  readonly noticeId: string;
  readonly nowMs: number;
}

/** A guess that was spent. */
export interface SpentGuess {
  /** Challenges with whose codes it may be compared; empty for a guess at something else. */
  readonly challengeIds: readonly string[];
  /** Whether the method is locked from now on, unless the guess is right. */
  readonly isLast: boolean;
}

/**
 * Spends one guess, in a statement of its own that is committed before anything is compared: whatever happens next, the
 * guess is spent. Undefined if there is none left; a refused try costs nothing.
 */
export async function spendAttempt(sql: Sql, subject: GuessSubject, guess: Guess): Promise<SpentGuess | undefined> {
  const [row] = await query(sql, spendStatementsAlone, subject, guess);
  return row === undefined ? undefined : { challengeIds: [], isLast: row.isLast };
}

/** Spends one guess at the codes of all these challenges at once, each of which permits a few tries. */
export async function spendAttemptAtCodes(
  sql: Sql,
  subject: GuessSubject,
  guess: Guess,
  challengeIds: readonly string[],
): Promise<SpentGuess | undefined> {
  const rows = await query(sql, spendStatementsAtCodes, subject, guess, challengeIds);
  const [row] = rows;
  const spentAt = rows.flatMap(({ challengeId: id }) => (id === undefined ? [] : [id]));
  return row === undefined ? undefined : { challengeIds: spentAt, isLast: row.isLast };
}

function query(
  sql: Sql,
  { limited, unlimited }: ReturnType<typeof spendStatements>,
  { tenantId, owner, subject, isBeside, verificationMethod, userId }: GuessSubject,
  { limit, noticeId, nowMs }: Guess,
  ...codes: readonly (readonly string[])[]
): Promise<SpentRow[]> {
  const values = [
    tenantId,
    owner,
    verificationMethod,
    sqlTime(nowMs),
    userId ?? null,
    noticeId,
    ends(nowMs),
    sqlTime(nowMs + noticeAfterMs),
    subject,
    isBeside,
  ];
  if (limit === undefined) return sql.query(unlimited, [...values, ...codes]);
  return sql.query(limited, [...values, limit.triesMax, sqlTime(nowMs - limit.windowMs), ...codes]);
}

const giveBackStatement = statement<never>(
  'give_back_attempt',
  `with budget as (
     update guess_budgets set
       failures_since_reset = greatest(failures_since_reset - 1, 0),
       failures_since_success = greatest(failures_since_success - 1, 0),
       failures_beside = greatest(failures_beside - $6::boolean::int, 0),
       -- a wait that the remaining failures have caused continues
       next_try_at = case when failures_since_reset <= ${freeFailures} then 'epoch' else next_try_at end
     where tenant_id = $1 and subject = $2 and verification_method = $3
     returning 1
   ), tries as (
     -- the latest: which of several concurrent tries it was does not change how many are left
     update guess_tries set tried_at = trim_array(tried_at, least(cardinality(tried_at), 1))
     where tenant_id = $1 and subject = $5 and verification_method = $3
       -- after the budget, in the same order as spending locks them
       and exists (select from budget)
   )
   update challenges set tries = greatest(tries - 1, 0) where tenant_id = $1 and challenge_id = any($4::uuid[])`,
);

/**
 * Gives back the attempt of a request with the right code: a repeat of the accepted one, or one that was not confirmed.
 * If `challengeIds` are given, also the try at their codes.
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

/**
 * Takes back the failure of a right attempt that does not clear other failures; with `endsWaits`, waits and a lock end.
 */
export async function uncountFailure(
  sql: Sql,
  { tenantId, subject, isBeside, verificationMethod }: GuessSubject,
  endsWaits: boolean,
): Promise<void> {
  await sql.query(uncountStatement, [tenantId, subject, verificationMethod, endsWaits, isBeside]);
}

/**
 * The state of a budget, with the time until which guesses are refused; or the times of tries under the tenant's own
 * limit.
 */
export interface GuessCountRow {
  readonly verificationMethod: string;
  /** Null for the tries of the limit. */
  readonly subject: string | null;
  readonly isLocked: boolean;
  /** Unix milliseconds. */
  readonly nextTryAt: number;
  /** Unix milliseconds. */
  readonly triedAt: readonly number[];
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

/** The counts for all guesses of a user. */
export async function loadGuessCounts(
  sql: Sql,
  tenantId: string,
  owner: string,
  subjects: readonly string[],
): Promise<readonly GuessCountRow[]> {
  return sql.query(loadStatement, [tenantId, owner, subjects]);
}

const failingStatement = statement<{ isFailing: boolean }>(
  'load_is_failing',
  `select exists (
     select from guess_budgets
     where tenant_id = $1 and subject = any($2) and verification_method = $3 and failures_since_success >= ${lockedAfter}
   ) as is_failing`,
);

/**
 * Whether one of these has as many failures since the last success as lock a method; unlocking does not change that.
 */
export async function isFailing(
  sql: Sql,
  tenantId: string,
  subjects: readonly string[],
  verificationMethod: string,
): Promise<boolean> {
  const [row] = await sql.query(failingStatement, [tenantId, subjects, verificationMethod]);
  return row?.isFailing === true;
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
     -- after the budgets, in the same order as spending locks them
     delete from guess_tries where tenant_id = $1 and subject = $6 and verification_method = $3
       and (select count(*) from budgets) >= 0
     returning subject
   )
   select subject from tries union all select subject from budgets`,
);

/**
 * Ends waits, locks and the tenant's limit, but keeps the count since the last success, unless that is to be reset as
 * well. False if there was nothing to end.
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

/** Clears all failures; with `onlyIfDisabled`, only if they have disabled the subject. */
export async function forgetFailures(
  sql: Sql,
  { tenantId, subject, verificationMethod }: GuessSubject,
  { onlyIfDisabled, nowMs }: { readonly onlyIfDisabled: boolean; readonly nowMs: number },
): Promise<void> {
  await sql.query(forgetStatement, [tenantId, subject, verificationMethod, sqlTime(nowMs), onlyIfDisabled]);
}

/** The subject of an authenticator without a contact; it is deleted with the authenticator. */
export function authenticatorSubject(authenticatorId: string): string {
  return `authenticator:${authenticatorId}`;
}

/** A statement that deletes authenticators as `removed`, with their counts. Failures at a contact stay. */
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
 * Deletes the counts of a deleted user, except those that must still apply to a new user of the same name: failures at
 * their contacts and methods stay, and so do tries made after `triedAfterMs`. Neither identifies a person: their names
 * are HMACs.
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
