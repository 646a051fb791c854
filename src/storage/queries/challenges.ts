import { contactColumns } from '../../core/authenticators/contact.ts';
import type { Contact, ContactColumns } from '../../core/authenticators/contact.ts';
import { sqlTime, statement } from '../sql.ts';
import type { Sql } from '../sql.ts';
import { readTokenAction, tokenActionColumns } from './token-actions.ts';
import type { TokenAction } from './token-actions.ts';
import type { StoredTokenAction } from './token-actions.ts';

export interface ChallengeRow extends ContactColumns {
  readonly challenge_id: string;
  /** Null until a ceremony begins that answers it. */
  readonly verification_method: string | null;
  readonly purpose: 'authentication' | 'registration';
  /** The authenticator that it is of, where one is named. */
  readonly authenticator_id: string | null;
  readonly user_id: string | null;
  /** Null until its action is named. */
  readonly action_code: string | null;
  readonly idempotency_key: string;
  readonly scope: string;
  readonly request: ChallengeRequest;
  /** Null where it is not answered by a code. */
  readonly code_hmac: Buffer | null;
  /** Digits; null where they were not stored. */
  readonly code_length: number | null;
  readonly expires_at: number;
  readonly verified_at: number | null;
  readonly claimed_at: number | null;
}

/** A challenge that is answered by a code which was sent. */
export interface CodeChallenge extends ChallengeRow {
  readonly verification_method: string;
  readonly action_code: string;
  readonly code_hmac: Buffer;
}

export function isCodeChallenge(row: ChallengeRow): row is CodeChallenge {
  return row.verification_method !== null && row.action_code !== null && row.code_hmac !== null;
}

/** What is kept of a code, and how many digits it has. */
export interface StoredCode {
  readonly hmac: Buffer;
  readonly length: number;
}

/** What was sent with the request that made a challenge; the action that comes of it is decided by this. */
export interface ChallengeRequest {
  readonly ipAddress?: string | undefined;
  readonly userAgent?: string | undefined;
  readonly deviceId?: string | undefined;
  readonly custom?: Readonly<Record<string, unknown>> | undefined;
  readonly locale?: string | undefined;
}

const columns = `challenge_id, verification_method, purpose, authenticator_id, user_id, action_code, idempotency_key, email, phone_number, scope,
  request, code_hmac, code_length, expires_at, verified_at, claimed_at`;

const createStatement = statement<never>(
  'create_challenge',
  `insert into challenges (tenant_id, challenge_id, verification_method, user_id, action_code, idempotency_key,
     email, phone_number, scope, request, code_hmac, code_length, created_at, expires_at)
   values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)`,
);

export interface NewChallenge {
  readonly tenantId: string;
  readonly challengeId: string;
  readonly verificationMethod: string;
  readonly userId: string | undefined;
  readonly actionCode: string;
  readonly idempotencyKey: string;
  readonly contact: Contact;
  readonly scope: string;
  readonly request: ChallengeRequest;
  readonly code: StoredCode;
  readonly nowMs: number;
  readonly expiresAtMs: number;
}

export async function createChallenge(sql: Sql, challenge: NewChallenge): Promise<void> {
  const { email, phone_number: phoneNumber } = contactColumns(challenge.contact);
  await sql.query(createStatement, [
    challenge.tenantId,
    challenge.challengeId,
    challenge.verificationMethod,
    challenge.userId ?? null,
    challenge.actionCode,
    challenge.idempotencyKey,
    email,
    phoneNumber,
    challenge.scope,
    JSON.stringify(challenge.request),
    challenge.code.hmac,
    challenge.code.length,
    sqlTime(challenge.nowMs),
    sqlTime(challenge.expiresAtMs),
  ]);
}

const loadStatement = statement<ChallengeRow>(
  'load_challenge',
  `select ${columns} from challenges where tenant_id = $1 and challenge_id = $2`,
);

export async function loadChallenge(
  sql: Sql,
  tenantId: string,
  challengeId: string,
): Promise<ChallengeRow | undefined> {
  const [row] = await sql.query(loadStatement, [tenantId, challengeId]);
  return row;
}

const withActionStatement = statement<
  Omit<ChallengeRow, keyof ContactColumns> & {
    readonly challenge_email: string | null;
    readonly challenge_phone_number: string | null;
  } & (StoredTokenAction | { readonly action_id: null })
>(
  'load_challenge_with_action',
  `select c.challenge_id, c.verification_method, c.purpose, c.authenticator_id, c.user_id, c.action_code,
     c.idempotency_key, c.email as challenge_email, c.phone_number as challenge_phone_number, c.scope, c.request,
     c.code_hmac, c.code_length, c.expires_at, c.verified_at, c.claimed_at, ${tokenActionColumns}
   from challenges c
   left join (actions x join users u on u.tenant_id = x.tenant_id and u.user_id = x.user_id)
     on x.tenant_id = c.tenant_id and x.user_id = c.user_id and x.action_code = c.action_code
     and x.idempotency_key = c.idempotency_key
   where c.tenant_id = $1 and c.challenge_id = $2`,
);

/** A challenge with the action of the user whom it is of, in one round trip: undefined while it is nobody's. */
export async function loadChallengeWithAction(
  sql: Sql,
  tenantId: string,
  challengeId: string,
): Promise<{ readonly challenge: ChallengeRow; readonly row: TokenAction | undefined } | undefined> {
  const [row] = await sql.query(withActionStatement, [tenantId, challengeId]);
  if (row === undefined) return undefined;
  const challenge = { ...row, email: row.challenge_email, phone_number: row.challenge_phone_number };
  return { challenge, row: row.action_id === null ? undefined : readTokenAction(row) };
}

const lockStatement = statement<ChallengeRow>(
  'lock_challenge',
  `select ${columns} from challenges where tenant_id = $1 and challenge_id = $2 for update`,
);

/** Reads a challenge and holds its row until the transaction ends. */
export async function lockChallenge(
  sql: Sql,
  tenantId: string,
  challengeId: string,
): Promise<ChallengeRow | undefined> {
  const [row] = await sql.query(lockStatement, [tenantId, challengeId]);
  return row;
}

const renewStatement = statement<{ challenge_id: string }>(
  'renew_challenge_code',
  `update challenges set code_hmac = $3, code_length = $6, codes_made = codes_made + 1, tries = 0, expires_at = $5
   where tenant_id = $1 and challenge_id = $2 and verified_at is null and expires_at > $4
   returning challenge_id`,
);

/** Replaces the code of an open challenge. False if it is not open any more. The guess budget is another table's. */
export async function renewChallengeCode(
  sql: Sql,
  renewal: { tenantId: string; challengeId: string; code: StoredCode; nowMs: number; expiresAtMs: number },
): Promise<boolean> {
  const rows = await sql.query(renewStatement, [
    renewal.tenantId,
    renewal.challengeId,
    renewal.code.hmac,
    sqlTime(renewal.nowMs),
    sqlTime(renewal.expiresAtMs),
    renewal.code.length,
  ]);
  return rows.length === 1;
}

const claimStatement = statement<never>(
  'claim_challenge',
  `update challenges set user_id = $3, idempotency_key = $4, claimed_at = $5
   where tenant_id = $1 and challenge_id = $2`,
);

/** Gives a challenge its user and the occurrence of its action. The caller holds its row. */
export async function recordClaim(
  sql: Sql,
  claim: { tenantId: string; challengeId: string; userId: string; idempotencyKey: string; nowMs: number },
): Promise<void> {
  await sql.query(claimStatement, [
    claim.tenantId,
    claim.challengeId,
    claim.userId,
    claim.idempotencyKey,
    sqlTime(claim.nowMs),
  ]);
}

const newestStatement = statement<ChallengeRow>(
  'load_newest_challenge',
  `select ${columns} from challenges
   where tenant_id = $1 and user_id = $2 and expires_at > $3 and verified_at is null and spent_at is null
     and purpose = 'authentication'
     and ($4::text is null or action_code = $4) and ($5::text is null or verification_method = $5)
   order by created_at desc, challenge_id desc limit 1`,
);

/** The user's newest open challenge that fits. */
export async function loadNewestChallenge(
  sql: Sql,
  filter: {
    tenantId: string;
    userId: string;
    nowMs: number;
    actionCode: string | undefined;
    verificationMethod: string | undefined;
  },
): Promise<ChallengeRow | undefined> {
  const [row] = await sql.query(newestStatement, [
    filter.tenantId,
    filter.userId,
    sqlTime(filter.nowMs),
    filter.actionCode ?? null,
    filter.verificationMethod ?? null,
  ]);
  return row;
}

const purgeStatement = statement<{ challenge_id: string }>(
  'purge_challenges',
  `delete from challenges where ctid = any(array(
     select ctid from challenges where expires_at <= $1 order by expires_at limit $2 for update skip locked
   )) returning challenge_id`,
);

/** Deletes up to `max` challenges that expired before `expiredMs`, and says how many. */
export async function purgeChallenges(sql: Sql, expiredMs: number, max: number): Promise<number> {
  const rows = await sql.query(purgeStatement, [sqlTime(expiredMs), max]);
  return rows.length;
}
