import type { SmsChannel } from '../../../core/authenticators/sms-channel.ts';
import { contactColumns } from '../../../core/authenticators/contact.ts';
import type { Contact, ContactColumns } from '../../../core/authenticators/contact.ts';
import { sqlTime, statement } from '../../sql.ts';
import type { Sql } from '../../sql.ts';
import { anyColumns } from './columns.ts';
import type { AnyChallengeRow } from './columns.ts';
import { purgeOf } from '../purge.ts';
import { nextSendNumber } from './sends.ts';
import { idOfKey, isOwn, ownIdOf } from '../actions/named.ts';
import { readTokenAction, tokenActionColumns } from '../actions/of-token.ts';
import type { TokenAction } from '../actions/of-token.ts';
import type { StoredTokenAction } from '../actions/of-token.ts';

export interface ChallengeRow extends AnyChallengeRow {
  /** Null until a ceremony begins that answers it. */
  readonly verificationMethod: string | null;
  readonly userId: string | null;
  /** Null until its action is named. */
  readonly actionCode: string | null;
  readonly idempotencyKey: string;
  readonly scope: string;
  readonly request: ChallengeRequest;
  readonly claimedAt: number | null;
  /** How its code was sent; null if as its method says. */
  readonly smsChannel: SmsChannel | null;
}

/** A challenge that is answered with a sent code. */
export interface CodeChallenge extends ChallengeRow {
  readonly verificationMethod: string;
  readonly actionCode: string;
  readonly codeHmac: Buffer;
}

export function isCodeChallenge(row: ChallengeRow): row is CodeChallenge {
  return row.verificationMethod !== null && row.actionCode !== null && row.codeHmac !== null;
}

/** What is stored of a code, and its number of digits. */
export interface StoredCode {
  readonly hmac: Buffer;
  readonly length: number;
}

/** The request that created a challenge; the resulting action is decided by this. */
export interface ChallengeRequest {
  readonly ipAddress?: string | undefined;
  readonly userAgent?: string | undefined;
  readonly deviceId?: string | undefined;
  readonly custom?: Readonly<Record<string, unknown>> | undefined;
  readonly locale?: string | undefined;
}

const ownColumns = `${anyColumns}, c.verification_method, c.user_id, c.action_code, c.idempotency_key, c.scope, c.request,
  c.claimed_at, c.state ->> 'smsChannel' as sms_channel`;
const columns = `${ownColumns}, c.email, c.phone_number`;

const createStatement = statement<never>(
  'create_challenge',
  `insert into challenges (tenant_id, challenge_id, verification_method, user_id, action_code, idempotency_key,
     email, phone_number, scope, request, code_hmac, code_length, created_at, expires_at, out_until, send_number)
   select $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, ${nextSendNumber('$4', '$3')}`,
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

/** Stores a challenge that is about to be sent. In a transaction that locks its user, if it has one. */
export async function createChallenge(sql: Sql, challenge: NewChallenge): Promise<void> {
  const { email, phoneNumber } = contactColumns(challenge.contact);
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
  `select ${columns} from challenges c where tenant_id = $1 and challenge_id = $2 and resend_of is null`,
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
    readonly challengeEmail: string | null;
    readonly challengePhoneNumber: string | null;
    readonly codes: readonly StoredSentCode[] | null;
  } & (StoredTokenAction | { readonly actionId: null })
>(
  'load_challenge_with_action',
  `select ${ownColumns}, c.email as challenge_email, c.phone_number as challenge_phone_number,
     (
       select json_agg(json_build_object(
         'challengeId', k.challenge_id, 'codeHmac', encode(k.code_hmac, 'base64'), 'codeLength', k.code_length,
         'expiresAt', (extract(epoch from k.expires_at) * 1000)::bigint
       ))
       from challenges k
       where k.tenant_id = c.tenant_id and c.challenge_id in (k.challenge_id, k.resend_of) and not exists (
         select from challenges later where later.tenant_id = c.tenant_id and later.resend_of = c.challenge_id
           -- codes that are sent again have an order of their own, and the first code precedes all of them
           and (k.resend_of is null or later.send_number > k.send_number)
           and (later.out_until is null or later.out_until <= $3)
       )
     ) as codes, ${tokenActionColumns}
   from challenges c
   left join users u on u.tenant_id = c.tenant_id and u.user_id = c.user_id
   left join lateral (
     select ${idOfKey(ownIdOf('u'), { tenant: 'c.tenant_id', user: 'c.user_id', code: 'c.action_code', key: 'c.idempotency_key' })} as id
   ) as named on true
   left join actions_by_month x on x.tenant_id = c.tenant_id and x.action_id = named.id
     and ${isOwn('x', ownIdOf('u'), { code: 'c.action_code', key: 'c.idempotency_key' })}
   where c.tenant_id = $1 and c.challenge_id = $2 and c.resend_of is null`,
);

/** A code that was sent for a backend's challenge: the first one, or one sent again in a row of its own. */
export interface SentCode {
  readonly challengeId: string;
  readonly hmac: Buffer;
  /** Digits; null if they were not stored. */
  readonly length: number | null;
  readonly expiresAtMs: number;
}

interface StoredSentCode {
  readonly challengeId: string;
  readonly codeHmac: string | null;
  readonly codeLength: number | null;
  readonly expiresAt: number;
}

/**
 * A challenge with the action of its user, in one round trip; without an action if it has no user yet. Its codes are
 * the last one that was sent, and those whose send is pending (ruling 44).
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
  const challenge = { ...row, email: row.challengeEmail, phoneNumber: row.challengePhoneNumber };
  const codes = (row.codes ?? []).flatMap((code) =>
    code.codeHmac === null
      ? []
      : {
          challengeId: code.challengeId,
          hmac: Buffer.from(code.codeHmac, 'base64'),
          length: code.codeLength,
          expiresAtMs: code.expiresAt,
        },
  );
  return { challenge, codes, row: row.actionId === null ? undefined : readTokenAction(row) };
}

const lockStatement = statement<ChallengeRow>(
  'lock_challenge',
  `select ${columns} from challenges c where tenant_id = $1 and challenge_id = $2 and resend_of is null for update`,
);

/** Reads a challenge and locks its row until the transaction ends. */
export async function lockChallenge(
  sql: Sql,
  tenantId: string,
  challengeId: string,
): Promise<ChallengeRow | undefined> {
  const [row] = await sql.query(lockStatement, [tenantId, challengeId]);
  return row;
}

const resendStatement = statement<{ challengeId: string }>(
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
 * Stores a code that is about to be sent again for an open challenge, in a row of its own: the code before it stays
 * valid until the provider accepts this one. False if the challenge is not open any more. The guess budget is in
 * another table.
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

/** Sets the user of a challenge and the occurrence of its action. The caller has locked its row. */
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
  `select ${columns} from challenges c
   where tenant_id = $1 and user_id = $2 and expires_at > $3 and verified_at is null and spent_at is null
     and purpose = 'authentication'
     and ($4::text is null or action_code = $4) and ($5::text is null or verification_method = $5)
   order by created_at desc, challenge_id desc limit 1`,
);

/** The user's newest open challenge that matches. */
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

/** Deletes challenges that expired before a time. */
export const purgeChallenges = purgeOf('challenges', 'challenge_id', {
  condition: 'expires_at <= $1',
  order: 'expires_at',
});
