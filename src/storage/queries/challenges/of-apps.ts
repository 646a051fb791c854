/** Challenges that the key of an app answers: it claims one first, and then only it may approve or reject it (A24). */
import { closedStates } from '../../../core/actions/closed-states.ts';
import { sqlTime, statement } from '../../sql.ts';
import type { Sql } from '../../sql.ts';

/**
 * Where such a challenge stands. It is over when it has `expired`, also by being replaced. It is `rejected` too once nobody
 * can approve it any more, and `claimed` while an approval is being accepted.
 */
export type AppChallengeState = 'unclaimed' | 'claimed' | 'approved' | 'rejected' | 'expired';

/** How long an approved push may take to be accepted: the tenant's webhook may be asked. */
const acceptingSeconds = 15;

/**
 * Whether a row `c` of challenges that is open can no longer be approved: its action, the method, or every key that might
 * answer it has ended (A40). Computed whenever it is asked, so that whatever ends them need not know of challenges.
 */
export const hasEnded = `(
       (c.state ? 'actionId' and not exists (
         select from actions_by_month x where x.tenant_id = c.tenant_id and x.action_id = (c.state ->> 'actionId')::uuid
           and x.state not in (${closedStates.map((state) => `'${state}'`).join(', ')})
       ))
       or not exists (
         select from authenticator_configurations m where m.tenant_id = c.tenant_id
           and m.verification_method = c.verification_method and m.is_active
       )
       or (c.user_id is not null and not exists (
         select from authenticators a where a.tenant_id = c.tenant_id and a.user_id = c.user_id
           and a.verification_method = c.verification_method and a.verified_at is not null
           and (c.claimed_by is null or a.authenticator_id = c.claimed_by)
           and (not c.state ? 'asked' or c.state -> 'asked' ? a.authenticator_id::text)
       ))
     )`;

/** Where a row `c` of challenges stands. */
export const stateAt = (now: string) => `case when c.verified_at is not null then 'approved'
       when c.spent_at > ${now}::timestamptz - interval '${acceptingSeconds} seconds' and c.verification_method = 'PUSH'
         and not c.state ? 'rejection' then 'claimed'
       when c.spent_at is not null then 'rejected' when c.expires_at <= ${now} then 'expired'
       when ${hasEnded} then 'rejected'
       when c.claimed_by is not null then 'claimed' else 'unclaimed' end`;

/** Who opened a challenge, as the app shows it. */
export interface AskedBy {
  readonly ipAddress?: string | undefined;
  readonly userAgent?: string | undefined;
  /** What a client without a token has sent; with one, the action's own values count. */
  readonly custom?: Readonly<Record<string, unknown>> | undefined;
}

export interface AppChallengeRow {
  readonly challengeId: string;
  readonly state: AppChallengeState;
  /** Null until its user is known. */
  readonly userId: string | null;
  readonly actionCode: string;
  readonly idempotencyKey: string;
  readonly claimedBy: string | null;
  readonly request: AskedBy;
  /** The action that it was opened for, and what its token carried; absent for one that was opened without a token. */
  readonly details: {
    readonly actionId?: string;
    readonly powers?: { readonly scope: string; readonly [power: string]: unknown };
  };
  readonly createdAt: number;
  readonly expiresAt: number;
  readonly verifiedAt: number | null;
}

const columnsAt = (
  now: string,
) => `c.challenge_id, ${stateAt(now)} as state, c.user_id, c.action_code, c.idempotency_key,
  c.claimed_by, c.request, c.state as details, c.created_at, c.expires_at, c.verified_at`;

const createStatement = statement<never>(
  'create_app_challenge',
  `insert into challenges (tenant_id, challenge_id, verification_method, user_id, action_code, idempotency_key, scope,
     request, state, token_digest, created_at, expires_at)
   values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`,
);

export interface NewAppChallenge extends Pick<
  AppChallengeRow,
  'challengeId' | 'userId' | 'actionCode' | 'idempotencyKey'
> {
  readonly tenantId: string;
  readonly verificationMethod: string;
  readonly request: AskedBy;
  readonly details: AppChallengeRow['details'];
  /** SHA-256 of the secret of who opened it; null if only a live connection learns how it ends. */
  readonly secretDigest: Buffer | null;
  readonly nowMs: number;
  readonly expiresAtMs: number;
}

export async function createAppChallenge(sql: Sql, challenge: NewAppChallenge): Promise<void> {
  await sql.query(createStatement, [
    challenge.tenantId,
    challenge.challengeId,
    challenge.verificationMethod,
    challenge.userId,
    challenge.actionCode,
    challenge.idempotencyKey,
    challenge.details.powers?.scope ?? '',
    JSON.stringify(challenge.request),
    JSON.stringify(challenge.details),
    challenge.secretDigest,
    sqlTime(challenge.nowMs),
    sqlTime(challenge.expiresAtMs),
  ]);
}

const claimStatement = statement<AppChallengeRow>(
  'claim_app_challenge',
  `update challenges c set claimed_by = $4, user_id = $5, verification_method = $3, action_code = coalesce(action_code, $6)
   where tenant_id = $1 and challenge_id = $2 and (user_id is null or user_id = $5)
     and (claimed_by is null or claimed_by = $4)
     and purpose = 'authentication' and code_hmac is null and verified_at is null and spent_at is null and expires_at > $7
     and (verification_method = $3 or (verification_method is null and $8))
     and not coalesce((state ->> 'isCookieBound')::boolean, false)
     and ($9::text is null or action_code is null or action_code = $9)
   returning ${columnsAt('$7')}`,
);

/**
 * Takes a challenge for a user's key: of any number of keys only the first gets it, again if it asks again. Undefined if
 * it is not open to the key.
 */
export async function claimAppChallenge(
  sql: Sql,
  claim: {
    readonly tenantId: string;
    readonly challengeId: string;
    readonly verificationMethod: string;
    readonly authenticatorId: string;
    readonly userId: string;
    /** For one that was opened without an action. */
    readonly actionCode: string;
    /** Whether one that was opened for no method may be taken: it has no secret, and nobody waits for how it ends. */
    readonly takesUnnamed: boolean;
    /** The only action that it may have been opened for; undefined for any. */
    readonly onlyActionCode: string | undefined;
    readonly nowMs: number;
  },
): Promise<AppChallengeRow | undefined> {
  const [row] = await sql.query(claimStatement, [
    claim.tenantId,
    claim.challengeId,
    claim.verificationMethod,
    claim.authenticatorId,
    claim.userId,
    claim.actionCode,
    sqlTime(claim.nowMs),
    claim.takesUnnamed,
    claim.onlyActionCode ?? null,
  ]);
  return row;
}

const rejectStatement = statement<{ challengeId: string }>(
  'reject_app_challenge',
  `update challenges set spent_at = $4
   where tenant_id = $1 and challenge_id = $2 and claimed_by = $3 and verified_at is null and spent_at is null
     and expires_at > $4
   returning challenge_id`,
);

/** Ends a challenge without a proof. False if it is over, or claimed by another key. */
export async function rejectAppChallenge(
  sql: Sql,
  tenantId: string,
  { challengeId, claimedBy }: Pick<AppChallengeRow, 'challengeId' | 'claimedBy'>,
  nowMs: number,
): Promise<boolean> {
  return (await sql.query(rejectStatement, [tenantId, challengeId, claimedBy, sqlTime(nowMs)])).length === 1;
}

const retireStatement = statement<never>(
  'retire_app_challenge',
  `update challenges set expires_at = least(expires_at, $3)
   where tenant_id = $1 and challenge_id = $2 and claimed_by is null and verified_at is null and spent_at is null`,
);

/** Lets a challenge that nobody has claimed expire at a time, if it does not before. */
export async function retireAppChallenge(
  sql: Sql,
  tenantId: string,
  challengeId: string,
  expiresAtMs: number,
): Promise<void> {
  await sql.query(retireStatement, [tenantId, challengeId, sqlTime(expiresAtMs)]);
}

const loadStatement = statement<AppChallengeRow & { readonly secretDigest: Buffer | null }>(
  'load_app_challenge',
  `select ${columnsAt('$4')}, c.token_digest as secret_digest from challenges c
   where tenant_id = $1 and challenge_id = $2 and verification_method = $3`,
);

export async function loadAppChallenge(
  sql: Sql,
  tenantId: string,
  challengeId: string,
  verificationMethod: string,
  nowMs: number,
): Promise<(AppChallengeRow & { readonly secretDigest: Buffer | null }) | undefined> {
  const [row] = await sql.query(loadStatement, [tenantId, challengeId, verificationMethod, sqlTime(nowMs)]);
  return row;
}

const statesStatement = statement<{ challengeId: string; state: AppChallengeState }>(
  'load_app_challenge_states',
  `select c.challenge_id, ${stateAt('$3')} as state from challenges c
   where tenant_id = $1 and challenge_id = any($2::uuid[])`,
);

/** Where challenges of a tenant stand. One that was deleted is left out. */
export function loadAppChallengeStates(
  sql: Sql,
  tenantId: string,
  challengeIds: readonly string[],
  nowMs: number,
): Promise<readonly { readonly challengeId: string; readonly state: AppChallengeState }[]> {
  return sql.query(statesStatement, [tenantId, challengeIds, sqlTime(nowMs)]);
}

/** The channel on which nodes tell each other of challenges that have moved. */
export const challengeChannel = 'sallyport_challenges';

const tellStatement = statement<never>('tell_challenge', `select pg_notify('${challengeChannel}', $1)`);

/** Tells all nodes that a challenge has moved. A word that is lost is made up for by their polling. */
export async function tellChallenge(sql: Sql, challengeId: string): Promise<void> {
  await sql.query(tellStatement, [challengeId]);
}
