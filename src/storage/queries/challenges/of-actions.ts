/**
 * Challenges that were sent for a short-lived token's own action. They are found by the action, because clients send no
 * id.
 */
import { contactColumns } from '../../../core/authenticators/contact.ts';
import type { Contact } from '../../../core/authenticators/contact.ts';
import { sqlTime, statement } from '../../sql.ts';
import type { Sql } from '../../sql.ts';
import type { ActionKey } from '../actions/named.ts';
import type { StoredCode } from './of-backends.ts';
import { anyColumns } from './columns.ts';
import type { AnyChallengeRow } from './columns.ts';
import { isStanding, nextSendNumber } from './sends.ts';

export interface ActionChallengeRow extends AnyChallengeRow {
  /** The challenge whose answer also closed this one, which was equally valid. */
  readonly closedBy: string | null;
}

const columns = `${anyColumns}, c.email, c.phone_number, c.state ->> 'closedBy' as closed_by`;
const ofAction = 'tenant_id = $1 and user_id = $2 and action_code = $3 and idempotency_key = $4';

const createStatement = statement<never>(
  'create_action_challenge',
  `insert into challenges (tenant_id, user_id, action_code, idempotency_key, verification_method, challenge_id, purpose,
     authenticator_id, email, phone_number, scope, request, state, code_hmac, code_length, token_digest, created_at,
     expires_at, out_until, send_number)
   select $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, '{}', $12, $13, $14, $15, $16, $17, $18,
     ${nextSendNumber('$2', '$5')}`,
);

export interface NewActionChallenge {
  readonly key: ActionKey;
  readonly verificationMethod: string;
  readonly challengeId: string;
  readonly purpose: ActionChallengeRow['purpose'];
  readonly authenticatorId: string;
  readonly contact: Contact;
  /** Powers of the token that requested it: what the answer may do if it comes without a token. */
  readonly powers: { readonly scope: string; readonly [power: string]: unknown };
  readonly actionId: string;
  readonly code: StoredCode | null;
  readonly tokenDigest: Buffer | null;
  readonly nowMs: number;
  readonly expiresAtMs: number;
  readonly outUntilMs: number;
}

/**
 * Stores a challenge of an action that is about to be sent. Earlier ones of the method stay valid until the provider
 * accepts it; then only the latest is valid (rulings 18 and 44). In a transaction that locks the user.
 */
export async function createActionChallenge(sql: Sql, challenge: NewActionChallenge): Promise<void> {
  const { key, verificationMethod, nowMs } = challenge;
  const { email, phoneNumber } = contactColumns(challenge.contact);
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
 * The challenges of a method that are valid for an action, latest first: those whose send is pending, then the last one
 * that was sent, whether or not it is still open.
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
  `select ${columns} from challenges c where ${ofAction} and verification_method = $5 and challenge_id = $6`,
);

/** A challenge by its id, if it belongs to the action and the method. */
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

/** A challenge that is found by its link's token, with its action. */
export interface LinkChallengeRow extends ActionChallengeRow {
  readonly userId: string;
  readonly actionCode: string;
  readonly idempotencyKey: string;
  readonly scope: string;
  readonly state: { readonly actionId: string; readonly powers?: object };
  readonly createdAt: number;
}

const linkColumns = `${columns}, c.user_id, c.action_code, c.idempotency_key, c.scope, c.state, c.created_at`;
const isOpenLink = `tenant_id = $1 and token_digest = $2 and verification_method = 'EMAIL_MAGIC_LINK'
  and spent_at is null and verified_at is null and expires_at > $3 and ${isStanding('c', '$3')}`;

const loadLinkStatement = statement<LinkChallengeRow>(
  'load_open_link',
  `select ${linkColumns} from challenges c where ${isOpenLink}`,
);

/** The challenge of a link that is still valid. Reading it changes nothing. */
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
 * Uses a link up, in a statement of its own that is committed before anything else is checked: whatever happens next,
 * it is spent (A21). Of concurrent requests only one gets the row.
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
