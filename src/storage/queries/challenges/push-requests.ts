/**
 * Requests that apps on the user's phones answer. One is open for a user at a time; the first answer of any of the asked
 * phones ends it, and so does the next request.
 */
import { sqlTime, statement } from '../../sql.ts';
import type { Sql } from '../../sql.ts';
import type { ActionKey } from '../actions/named.ts';
import { hasEnded, stateAt } from './of-apps.ts';
import type { AppChallengeState } from './of-apps.ts';

const method = 'PUSH';

/** How a request ended without an approval. */
export type PushRejection = 'REFUSED' | 'NOT_ME' | 'WRONG_NUMBER';

export interface PushRequestRow {
  readonly challengeId: string;
  readonly userId: string;
  readonly actionCode: string;
  readonly idempotencyKey: string;
  readonly scope: string;
  readonly createdAt: number;
  readonly expiresAt: number;
  /** When the first answer came. */
  readonly spentAt: number | null;
  /** When it was approved. */
  readonly verifiedAt: number | null;
  readonly state: {
    readonly actionId: string;
    /** Powers of the token that asked, which the approval is for. */
    readonly powers: object;
    /** The authenticators that were asked: no other may answer. */
    readonly asked: readonly string[];
    /** Whether the user types the number that the asking side shows. */
    readonly isMatched: boolean;
    readonly rejection?: PushRejection;
  };
}

const columns = `c.challenge_id, c.user_id, c.action_code, c.idempotency_key, c.scope, c.created_at, c.expires_at, c.spent_at,
  c.verified_at, c.state`;
const isRequest = `verification_method = '${method}' and purpose = 'authentication'`;
const isOpen = `spent_at is null and verified_at is null`;

const pastStatement = statement<{
  readonly madeAt: readonly number[] | null;
  readonly refusedAt: number | null;
  readonly deniedAt: number | null;
}>(
  'load_past_push_requests',
  `select
     json_agg((extract(epoch from created_at) * 1000)::bigint order by created_at) filter (where created_at > $3) as made_at,
     max(spent_at) filter (where state ->> 'rejection' = 'REFUSED') as refused_at,
     max(spent_at) filter (where state ->> 'rejection' = 'NOT_ME') as denied_at
   from challenges where tenant_id = $1 and user_id = $2 and ${isRequest}`,
);

/** What a user was asked since a time, and when they last said no. */
export async function loadPastPushRequests(
  sql: Sql,
  tenantId: string,
  userId: string,
  sinceMs: number,
): Promise<{
  readonly madeAt: readonly number[];
  readonly refusedAt: number | null;
  readonly deniedAt: number | null;
}> {
  const [row] = await sql.query(pastStatement, [tenantId, userId, sqlTime(sinceMs)]);
  return { madeAt: row?.madeAt ?? [], refusedAt: row?.refusedAt ?? null, deniedAt: row?.deniedAt ?? null };
}

const createStatement = statement<never>(
  'create_push_request',
  `with replaced as (
     update challenges set expires_at = $9
     where tenant_id = $1 and user_id = $2 and ${isRequest} and ${isOpen} and expires_at > $9
   )
   insert into challenges (tenant_id, user_id, action_code, idempotency_key, challenge_id, scope, state, request,
     verification_method, purpose, expires_at, created_at)
   values ($1, $2, $3, $4, $5, $6, $7, '{}', '${method}', 'authentication', $8, $9)`,
);

/** Stores a request; an earlier one of the user ends. In a transaction that locks the user. */
export async function createPushRequest(
  sql: Sql,
  request: {
    readonly key: ActionKey;
    readonly challengeId: string;
    readonly scope: string;
    readonly state: PushRequestRow['state'];
    readonly expiresAtMs: number;
    readonly nowMs: number;
  },
): Promise<void> {
  const { tenantId, userId, actionCode, idempotencyKey } = request.key;
  await sql.query(createStatement, [
    tenantId,
    userId,
    actionCode,
    idempotencyKey,
    request.challengeId,
    request.scope,
    JSON.stringify(request.state),
    sqlTime(request.expiresAtMs),
    sqlTime(request.nowMs),
  ]);
}

type StandingPushRequest = PushRequestRow & { readonly standing: AppChallengeState };

const loadStatement = statement<StandingPushRequest>(
  'load_push_request',
  `select ${columns}, ${stateAt('$3')} as standing from challenges c
   where tenant_id = $1 and challenge_id = $2 and user_id is not null and ${isRequest}`,
);

/** A request in any state, with where it stands. */
export async function loadPushRequest(
  sql: Sql,
  tenantId: string,
  challengeId: string,
  nowMs: number,
): Promise<StandingPushRequest | undefined> {
  const [row] = await sql.query(loadStatement, [tenantId, challengeId, sqlTime(nowMs)]);
  return row;
}

const openStatement = statement<PushRequestRow>(
  'load_open_push_request',
  `select ${columns} from challenges c
   where tenant_id = $1 and user_id = $2 and ${isRequest} and ${isOpen} and expires_at > $3 and not ${hasEnded}
   order by created_at desc, challenge_id desc limit 1`,
);

/** The user's open request, as long as it can be approved. */
export async function loadOpenPushRequest(
  sql: Sql,
  tenantId: string,
  userId: string,
  nowMs: number,
): Promise<PushRequestRow | undefined> {
  const [row] = await sql.query(openStatement, [tenantId, userId, sqlTime(nowMs)]);
  return row;
}

const spendStatement = statement<{ challengeId: string }>(
  'spend_push_request',
  `update challenges set spent_at = $4, state = state || $5::jsonb
   where tenant_id = $1 and challenge_id = $2 and user_id = $3 and ${isRequest} and ${isOpen} and expires_at > $4
   returning challenge_id`,
);

/**
 * Takes the first answer to a request, in one write: of any number of concurrent answers only one gets true. `rejection`
 * is undefined for an approval, which still has to be accepted.
 */
export async function spendPushRequest(
  sql: Sql,
  tenantId: string,
  { challengeId, userId }: Pick<PushRequestRow, 'challengeId' | 'userId'>,
  rejection: PushRejection | undefined,
  nowMs: number,
): Promise<boolean> {
  const said = JSON.stringify(rejection === undefined ? {} : { rejection });
  const rows = await sql.query(spendStatement, [tenantId, challengeId, userId, sqlTime(nowMs), said]);
  return rows.length === 1;
}
