/**
 * Challenges that a key in a device signs. Each is found by the SHA-256 of what is signed, and spent before its
 * response is checked.
 */
import { sqlTime, statement } from '../../sql.ts';
import type { Sql } from '../../sql.ts';
import type { ActionKey } from '../actions/named.ts';

/** The owner of a ceremony: an action, or only a tenant, as long as no user is known. */
export type CeremonyOwner = ActionKey | { readonly tenantId: string; readonly userId: undefined };

/** What was issued with a challenge, and what its response must meet. */
export interface CeremonyTerms {
  readonly rpId: string;
  readonly requiresUserVerification: boolean;
  /** Ids of the credentials that may answer; null if the user is not known in advance. */
  readonly credentialIds: readonly string[] | null;
  /** The user name for the new credential. */
  readonly username?: string;
  readonly displayName?: string;
  /** Whether only the browser with the challenge's cookie may answer. */
  readonly isCookieBound?: boolean;
}

export interface NewCeremony {
  readonly owner: CeremonyOwner;
  readonly challengeId: string;
  readonly verificationMethod: string;
  readonly purpose: 'authentication' | 'registration';
  readonly tokenDigest: Buffer;
  readonly terms: CeremonyTerms;
  /** For a challenge without a user: the action that its response creates, unless the challenge names one. */
  readonly actionCode: string;
  readonly idempotencyKey: string;
  readonly nowMs: number;
  readonly expiresAtMs: number;
}

const createStatement = statement<never>(
  'create_key_ceremony',
  `insert into challenges (tenant_id, challenge_id, verification_method, user_id, action_code, idempotency_key, purpose,
     token_digest, state, scope, request, created_at, expires_at)
   values ($1, $2, $3, $4, $5, $6, $7, $8, $9, '', '{}', $10, $11)`,
);

export async function createKeyCeremony(sql: Sql, ceremony: NewCeremony): Promise<void> {
  await sql.query(createStatement, [
    ceremony.owner.tenantId,
    ceremony.challengeId,
    ceremony.verificationMethod,
    ceremony.owner.userId ?? null,
    ceremony.actionCode,
    ceremony.idempotencyKey,
    ceremony.purpose,
    ceremony.tokenDigest,
    JSON.stringify(ceremony.terms),
    sqlTime(ceremony.nowMs),
    sqlTime(ceremony.expiresAtMs),
  ]);
}

const openStatement = statement<never>(
  'open_challenge_of_nobody',
  `insert into challenges (tenant_id, challenge_id, action_code, idempotency_key, state, scope, request, created_at, expires_at)
   values ($1, $2, $3, $4, $5, '', '{}', $6, $7)`,
);

/** Stores a challenge that has no user and no method yet. */
export async function createOpenChallenge(
  sql: Sql,
  challenge: Pick<NewCeremony, 'challengeId' | 'idempotencyKey' | 'nowMs' | 'expiresAtMs'> & {
    readonly tenantId: string;
    readonly actionCode: string | undefined;
    readonly isCookieBound: boolean;
  },
): Promise<void> {
  await sql.query(openStatement, [
    challenge.tenantId,
    challenge.challengeId,
    challenge.actionCode ?? null,
    challenge.idempotencyKey,
    JSON.stringify({ isCookieBound: challenge.isCookieBound }),
    sqlTime(challenge.nowMs),
    sqlTime(challenge.expiresAtMs),
  ]);
}

// This owner may begin it: the challenge has no user and was claimed by a backend at most, or it has no user and an
// action's token takes it over.
const beginStatement = statement<{ challengeId: string }>(
  'begin_key_ceremony',
  `update challenges set verification_method = $3, token_digest = $4, state = $5::jsonb || case
       when coalesce((state ->> 'isCookieBound')::boolean, false) or ($5::jsonb ->> 'isCookieBound')::boolean
       then '{"isCookieBound":true}'::jsonb else '{"isCookieBound":false}'::jsonb end, user_id = coalesce(user_id, $6), action_code = coalesce(action_code, $7),
     idempotency_key = case when user_id is null and $6::text is not null then $8 else idempotency_key end,
     expires_at = greatest(expires_at, $10)
   where tenant_id = $1 and challenge_id = $2 and purpose = 'authentication' and spent_at is null and expires_at > $9
     and code_hmac is null and (verification_method is null or verification_method = $3)
     and case when $6::text is null
       then user_id is null or claimed_at is not null
       else (user_id is null and (action_code is null or action_code = $7))
         or (user_id = $6 and action_code = $7 and idempotency_key = $8)
     end
   returning challenge_id`,
);

/**
 * Begins a ceremony for a challenge that was created before; the latest options win. False if it is not open to the
 * owner.
 */
export async function beginKeyCeremony(sql: Sql, ceremony: NewCeremony): Promise<boolean> {
  const rows = await sql.query(beginStatement, [
    ceremony.owner.tenantId,
    ceremony.challengeId,
    ceremony.verificationMethod,
    ceremony.tokenDigest,
    JSON.stringify({ ...ceremony.terms, isCookieBound: ceremony.terms.isCookieBound === true }),
    ceremony.owner.userId ?? null,
    ceremony.actionCode,
    ceremony.idempotencyKey,
    sqlTime(ceremony.nowMs),
    sqlTime(ceremony.expiresAtMs),
  ]);
  return rows.length === 1;
}

/** A ceremony whose challenge has just been spent. */
export interface SpentCeremony {
  readonly challengeId: string;
  /** Null without a user. A challenge that a backend has given to a user since then has that user. */
  readonly userId: string | null;
  readonly actionCode: string;
  readonly idempotencyKey: string;
  readonly state: CeremonyTerms;
}

const spend = (owner: string) => `update challenges set spent_at = $5
   where tenant_id = $1 and token_digest = $2 and verification_method = $3 and purpose = $4
     and spent_at is null and expires_at > $5 and ${owner}
   returning challenge_id, user_id, action_code, idempotency_key, state`;

const spendOwnStatement = statement<SpentCeremony>(
  'spend_key_challenge',
  spend('user_id = $6 and action_code = $7 and idempotency_key = $8'),
);
const spendAnonymousStatement = statement<SpentCeremony>(
  'spend_key_challenge_of_nobody',
  spend('(user_id is null or claimed_at is not null)'),
);

/**
 * Spends a challenge before its response is checked: a failure uses it up. Undefined if it was spent before, has
 * expired, was never issued, or was issued to another owner or for another purpose. Of concurrent requests only one
 * gets it.
 */
export async function spendKeyChallenge(
  sql: Sql,
  owner: CeremonyOwner,
  challenge: {
    readonly tokenDigest: Buffer;
    readonly verificationMethod: string;
    readonly purpose: 'authentication' | 'registration';
    readonly nowMs: number;
  },
): Promise<SpentCeremony | undefined> {
  const values = [
    owner.tenantId,
    challenge.tokenDigest,
    challenge.verificationMethod,
    challenge.purpose,
    sqlTime(challenge.nowMs),
  ];
  const [row] =
    owner.userId === undefined
      ? await sql.query(spendAnonymousStatement, values)
      : await sql.query(spendOwnStatement, [...values, owner.userId, owner.actionCode, owner.idempotencyKey]);
  return row;
}
