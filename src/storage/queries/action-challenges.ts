/** Challenges that a short-lived token's own action was sent: found by the action, because clients bring no id. */
import { contactColumns } from '../../core/authenticators/contact.ts';
import type { Contact, ContactColumns } from '../../core/authenticators/contact.ts';
import { sqlTime, statement } from '../sql.ts';
import type { Sql } from '../sql.ts';
import type { ActionKey } from './actions.ts';
import type { StoredCode } from './challenges.ts';
import { isStanding, nextSendNumber } from './sent-challenges.ts';

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
  /** The challenge whose answer closed this one, which was as good, with itself. */
  readonly closed_by: string | null;
}

const columns = `challenge_id, purpose, authenticator_id, email, phone_number, code_hmac, code_length, expires_at,
  verified_at, state ->> 'closedBy' as closed_by`;
const ofAction = 'tenant_id = $1 and user_id = $2 and action_code = $3 and idempotency_key = $4';

const createStatement = statement<never>(
  'create_action_challenge',
  `insert into challenges (tenant_id, user_id, action_code, idempotency_key, verification_method, challenge_id, purpose,
     authenticator_id, email, phone_number, scope, request, state, code_hmac, code_length, token_digest, created_at,
     expires_at, out_until, send_number)
   values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, '{}', $12, $13, $14, $15, $16, $17, $18,
     ${nextSendNumber('$2', '$5')})`,
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
  readonly outUntilMs: number;
}

/**
 * Stores a challenge of an action that is about to be sent. Those of the method before it are good until it was taken: only
 * the latest is then (rulings 18 and 44). In a transaction that holds the user.
 */
export async function createActionChallenge(sql: Sql, challenge: NewActionChallenge): Promise<void> {
  const { key, verificationMethod, nowMs } = challenge;
  const { email, phone_number: phoneNumber } = contactColumns(challenge.contact);
  await sql.query(createStatement, [
    key.tenantId,
    key.userId,
    key.actionCode,
    key.idempotencyKey,
    verificationMethod,
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
    sqlTime(challenge.outUntilMs),
  ]);
}

const standingStatement = statement<ActionChallengeRow>(
  'load_standing_challenges',
  `select ${columns} from challenges c where ${ofAction} and verification_method = $5 and ${isStanding('c', '$6')}
   order by send_number desc, created_at desc, challenge_id desc`,
);

/**
 * The challenge of a method that was sent last for an action, whether or not it is still open, after those that are out;
 * latest first.
 */
export function loadStandingChallenges(
  sql: Sql,
  key: ActionKey,
  verificationMethod: string,
  nowMs: number,
): Promise<readonly ActionChallengeRow[]> {
  const { tenantId, userId, actionCode, idempotencyKey } = key;
  const values = [tenantId, userId, actionCode, idempotencyKey, verificationMethod, sqlTime(nowMs)];
  return sql.query(standingStatement, values);
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
  and spent_at is null and verified_at is null and expires_at > $3 and ${isStanding('c', '$3')}`;

const loadLinkStatement = statement<LinkChallengeRow>(
  'load_open_link',
  `select ${linkColumns} from challenges c where ${isOpenLink}`,
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
  `update challenges c set spent_at = $3 where ${isOpenLink} returning ${linkColumns}`,
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
