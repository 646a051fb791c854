/** Challenges that a short-lived token's own action was sent: found by the action, because clients bring no id. */
import { contactColumns } from '../../core/authenticators/contact.ts';
import type { Contact, ContactColumns } from '../../core/authenticators/contact.ts';
import { sqlTime, statement } from '../sql.ts';
import type { Sql } from '../sql.ts';
import type { ActionKey } from './actions.ts';
import type { StoredCode } from './challenges.ts';

export interface ActionChallengeRow extends ContactColumns {
  readonly challenge_id: string;
  /** Whether it completes an enrolment. */
  readonly purpose: 'authentication' | 'registration';
  readonly authenticator_id: string | null;
  readonly code_hmac: Buffer | null;
  /** Digits; null where they were not stored. */
  readonly code_length: number | null;
  readonly expires_at: number;
  readonly verified_at: number | null;
}

const columns =
  'challenge_id, purpose, authenticator_id, email, phone_number, code_hmac, code_length, expires_at, verified_at';
const ofAction = 'tenant_id = $1 and user_id = $2 and action_code = $3 and idempotency_key = $4';

const supersedeStatement = statement<never>(
  'supersede_action_challenges',
  `update challenges set expires_at = $6
   where ${ofAction} and verification_method = $5 and verified_at is null and expires_at > $6`,
);
const createStatement = statement<never>(
  'create_action_challenge',
  `insert into challenges (tenant_id, user_id, action_code, idempotency_key, verification_method, challenge_id, purpose,
     authenticator_id, email, phone_number, scope, request, state, code_hmac, code_length, token_digest, created_at,
     expires_at)
   values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, '{}', $12, $13, $14, $15, $16, $17)`,
);

export interface NewActionChallenge {
  readonly key: ActionKey;
  readonly verificationMethod: string;
  readonly challengeId: string;
  readonly purpose: ActionChallengeRow['purpose'];
  readonly authenticatorId: string;
  readonly contact: Contact;
  /** Of the token that asked for it: what the answer may do where no token comes along. */
  readonly powers: { readonly scope: string; readonly [power: string]: unknown };
  readonly actionId: string;
  readonly code: StoredCode | null;
  readonly tokenDigest: Buffer | null;
  readonly nowMs: number;
  readonly expiresAtMs: number;
}

/** Stores a challenge of an action and ends the open ones of the method before it: only the latest is good (ruling 18). */
export async function createActionChallenge(sql: Sql, challenge: NewActionChallenge): Promise<void> {
  const { key, verificationMethod, nowMs } = challenge;
  const { email, phone_number: phoneNumber } = contactColumns(challenge.contact);
  const which = [key.tenantId, key.userId, key.actionCode, key.idempotencyKey, verificationMethod];
  await sql.query(supersedeStatement, [...which, sqlTime(nowMs)]);
  await sql.query(createStatement, [
    ...which,
    challenge.challengeId,
    challenge.purpose,
    challenge.authenticatorId,
    email,
    phoneNumber,
    challenge.powers.scope,
    JSON.stringify({ actionId: challenge.actionId, powers: challenge.powers }),
    challenge.code?.hmac ?? null,
    challenge.code?.length ?? null,
    challenge.tokenDigest,
    sqlTime(nowMs),
    sqlTime(challenge.expiresAtMs),
  ]);
}

const latestStatement = statement<ActionChallengeRow>(
  'load_latest_action_challenge',
  `select ${columns} from challenges where ${ofAction} and verification_method = $5
   -- of two that were made in one millisecond, the one that ended the other
   order by created_at desc, expires_at desc, challenge_id desc limit 1`,
);

/** The challenge of a method that was made last for an action, whether or not it is still open. */
export async function loadLatestActionChallenge(
  sql: Sql,
  key: ActionKey,
  verificationMethod: string,
): Promise<ActionChallengeRow | undefined> {
  const { tenantId, userId, actionCode, idempotencyKey } = key;
  const [row] = await sql.query(latestStatement, [tenantId, userId, actionCode, idempotencyKey, verificationMethod]);
  return row;
}

const byIdStatement = statement<ActionChallengeRow>(
  'load_action_challenge',
  `select ${columns} from challenges where ${ofAction} and verification_method = $5 and challenge_id = $6`,
);

/** A challenge by its id, if it is of the action and the method. */
export async function loadActionChallenge(
  sql: Sql,
  key: ActionKey,
  verificationMethod: string,
  challengeId: string,
): Promise<ActionChallengeRow | undefined> {
  const { tenantId, userId, actionCode, idempotencyKey } = key;
  const values = [tenantId, userId, actionCode, idempotencyKey, verificationMethod, challengeId];
  const [row] = await sql.query(byIdStatement, values);
  return row;
}

/** A challenge that is found by what was handed out, with the action that it is of. */
export interface LinkChallengeRow extends ActionChallengeRow {
  readonly user_id: string;
  readonly action_code: string;
  readonly idempotency_key: string;
  readonly scope: string;
  readonly state: { readonly actionId: string; readonly powers?: object };
  readonly created_at: number;
}

const linkColumns = `${columns}, user_id, action_code, idempotency_key, scope, state, created_at`;
const isOpenLink = `tenant_id = $1 and token_digest = $2 and verification_method = 'EMAIL_MAGIC_LINK'
  and spent_at is null and expires_at > $3`;

const loadLinkStatement = statement<LinkChallengeRow>(
  'load_open_link',
  `select ${linkColumns} from challenges where ${isOpenLink}`,
);

/** The challenge of a link that is still good. Reading it changes nothing. */
export async function loadOpenLink(
  sql: Sql,
  tenantId: string,
  tokenDigest: Buffer,
  nowMs: number,
): Promise<LinkChallengeRow | undefined> {
  const [row] = await sql.query(loadLinkStatement, [tenantId, tokenDigest, sqlTime(nowMs)]);
  return row;
}

const spendLinkStatement = statement<LinkChallengeRow>(
  'spend_link',
  `update challenges set spent_at = $3 where ${isOpenLink} returning ${linkColumns}`,
);

/**
 * Uses a link up, in a statement of its own that is committed before anything else is looked at: whatever happens next, it
 * is gone (A21). Of all who try it at once, one gets the row.
 */
export async function spendLink(
  sql: Sql,
  tenantId: string,
  tokenDigest: Buffer,
  nowMs: number,
): Promise<LinkChallengeRow | undefined> {
  const [row] = await sql.query(spendLinkStatement, [tenantId, tokenDigest, sqlTime(nowMs)]);
  return row;
}
