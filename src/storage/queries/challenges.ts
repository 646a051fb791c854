import { contactColumns } from '../../core/authenticators/contact.ts';
import type { Contact, ContactColumns } from '../../core/authenticators/contact.ts';
import { sqlTime, statement } from '../sql.ts';
import type { Sql } from '../sql.ts';
import { nextSendNumber } from './sent-challenges.ts';
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
     email, phone_number, scope, request, code_hmac, code_length, created_at, expires_at, out_until, send_number)
   values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, ${nextSendNumber('$4', '$3')})`,
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
  readonly outUntilMs: number;
}

/** Stores a challenge that is about to be sent. In a transaction that holds its user, if it has one. */
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
    sqlTime(challenge.outUntilMs),
  ]);
}

const loadStatement = statement<ChallengeRow>(
  'load_challenge',
  `select ${columns} from challenges where tenant_id = $1 and challenge_id = $2 and resend_of is null`,
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
    readonly codes: readonly StoredSentCode[] | null;
  } & (StoredTokenAction | { readonly action_id: null })
>(
  'load_challenge_with_action',
  `select c.challenge_id, c.verification_method, c.purpose, c.authenticator_id, c.user_id, c.action_code,
     c.idempotency_key, c.email as challenge_email, c.phone_number as challenge_phone_number, c.scope, c.request,
     c.code_hmac, c.code_length, c.expires_at, c.verified_at, c.claimed_at,
     (
       select json_agg(json_build_object(
         'challenge_id', k.challenge_id, 'code_hmac', encode(k.code_hmac, 'base64'), 'code_length', k.code_length,
         'expires_at', (extract(epoch from k.expires_at) * 1000)::bigint
       ))
       from challenges k
       where k.tenant_id = c.tenant_id and c.challenge_id in (k.challenge_id, k.resend_of) and not exists (
         select from challenges later where later.tenant_id = c.tenant_id and later.resend_of = c.challenge_id
           -- what is sent again has an order of its own, and the first comes before all of it
           and (k.resend_of is null or later.send_number > k.send_number)
           and (later.out_until is null or later.out_until <= $3)
       )
     ) as codes, ${tokenActionColumns}
   from challenges c
   left join (actions x join users u on u.tenant_id = x.tenant_id and u.user_id = x.user_id)
     on x.tenant_id = c.tenant_id and x.user_id = c.user_id and x.action_code = c.action_code
     and x.idempotency_key = c.idempotency_key
   where c.tenant_id = $1 and c.challenge_id = $2 and c.resend_of is null`,
);

/** A code that was sent for a backend's challenge: its own, or one that was sent again in a row of its own. */
export interface SentCode {
  readonly challengeId: string;
  readonly hmac: Buffer;
  /** Digits; null where they were not stored. */
  readonly length: number | null;
  readonly expiresAtMs: number;
}

interface StoredSentCode {
  readonly challenge_id: string;
  readonly code_hmac: string | null;
  readonly code_length: number | null;
  readonly expires_at: number;
}

/**
 * A challenge with the action of the user whom it is of, in one round trip: undefined while it is nobody's. Its codes are the
 * one that was sent last, and those that are out (ruling 44).
 */
export async function loadChallengeWithAction(
  sql: Sql,
  tenantId: string,
  challengeId: string,
  nowMs: number,
): Promise<
  | { readonly challenge: ChallengeRow; readonly codes: readonly SentCode[]; readonly row: TokenAction | undefined }
  | undefined
> {
  const [row] = await sql.query(withActionStatement, [tenantId, challengeId, sqlTime(nowMs)]);
  if (row === undefined) return undefined;
  const challenge = { ...row, email: row.challenge_email, phone_number: row.challenge_phone_number };
  const codes = (row.codes ?? []).flatMap((code) =>
    code.code_hmac === null
      ? []
      : {
          challengeId: code.challenge_id,
          hmac: Buffer.from(code.code_hmac, 'base64'),
          length: code.code_length,
          expiresAtMs: code.expires_at,
        },
  );
  return { challenge, codes, row: row.action_id === null ? undefined : readTokenAction(row) };
}

const lockStatement = statement<ChallengeRow>(
  'lock_challenge',
  `select ${columns} from challenges where tenant_id = $1 and challenge_id = $2 and resend_of is null for update`,
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

const resendStatement = statement<{ challenge_id: string }>(
  'create_resend',
  `with renewed as (
     update challenges set codes_made = codes_made + 1
     where tenant_id = $1 and challenge_id = $2 and verified_at is null and expires_at > $6 and resend_of is null
     returning codes_made
   )
   insert into challenges (tenant_id, resend_of, challenge_id, code_hmac, code_length, created_at, expires_at, out_until,
     send_number, idempotency_key, scope, request)
   select $1::uuid, $2::uuid, $3::uuid, $4::bytea, $5::int, $6::timestamptz, $7::timestamptz, $8::timestamptz, codes_made,
     '', '', '{}'
   from renewed returning challenge_id`,
);

/**
 * Stores a code that is about to be sent again for an open challenge, in a row of its own: the one before it is good until
 * it was taken. False if the challenge is not open any more. The guess budget is another table's.
 */
export async function createResend(
  sql: Sql,
  resend: {
    tenantId: string;
    resendOf: string;
    challengeId: string;
    code: StoredCode;
    nowMs: number;
    expiresAtMs: number;
    outUntilMs: number;
  },
): Promise<boolean> {
  const rows = await sql.query(resendStatement, [
    resend.tenantId,
    resend.resendOf,
    resend.challengeId,
    resend.code.hmac,
    resend.code.length,
    sqlTime(resend.nowMs),
    sqlTime(resend.expiresAtMs),
    sqlTime(resend.outUntilMs),
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
