/** Messages that an app signs to show that it has its key. Each works once, for one authenticator and one purpose. */
import { sqlTime, statement } from '../../sql.ts';
import type { Sql } from '../../sql.ts';

/** What a signature lets an app do: read what is pending, or change its own registration. */
export type SigningPurpose = 'poll' | 'update';

// More than an app that polls every second leaves open; older ones end, so that nobody can fill the table.
const openMax = 20;

const isMessage = `tenant_id = $1 and authenticator_id = $2 and purpose = 'possession' and state ->> 'for' = $3`;

const createStatement = statement<never>(
  'create_signing_message',
  `with ended as (
     delete from challenges where tenant_id = $1 and challenge_id in (
       select challenge_id from (
         select challenge_id, expires_at, row_number() over (order by created_at desc, challenge_id desc) as number
         from challenges where ${isMessage}
       ) as m where expires_at <= $7 or number >= ${openMax}
     )
   )
   insert into challenges (tenant_id, authenticator_id, state, challenge_id, user_id, expires_at, created_at, purpose,
     verification_method, idempotency_key, scope, request)
   values ($1, $2, $9::jsonb, $4, $5, $6, $7, 'possession', $8, '', '', '{}')`,
);

export async function createSigningMessage(
  sql: Sql,
  tenantId: string,
  message: {
    readonly challengeId: string;
    readonly purpose: SigningPurpose;
    readonly userId: string;
    readonly authenticatorId: string;
    readonly verificationMethod: string;
    readonly nowMs: number;
    readonly expiresAtMs: number;
  },
): Promise<void> {
  await sql.query(createStatement, [
    tenantId,
    message.authenticatorId,
    message.purpose,
    message.challengeId,
    message.userId,
    sqlTime(message.expiresAtMs),
    sqlTime(message.nowMs),
    message.verificationMethod,
    JSON.stringify({ for: message.purpose }),
  ]);
}

const listStatement = statement<{ challengeId: string }>(
  'list_signing_messages',
  `select challenge_id from challenges where ${isMessage} and expires_at > $4 order by created_at desc, challenge_id desc`,
);

/** The ids of the messages that an authenticator may sign now, latest first. */
export async function listSigningMessages(
  sql: Sql,
  tenantId: string,
  authenticatorId: string,
  purpose: SigningPurpose,
  nowMs: number,
): Promise<readonly string[]> {
  const rows = await sql.query(listStatement, [tenantId, authenticatorId, purpose, sqlTime(nowMs)]);
  return rows.map(({ challengeId }) => challengeId);
}

const spendStatement = statement<{ challengeId: string }>(
  'spend_signing_message',
  `delete from challenges where ${isMessage} and challenge_id = $4 and expires_at > $5 returning challenge_id`,
);

/** Uses a message up. False if another request has. */
export async function spendSigningMessage(
  sql: Sql,
  tenantId: string,
  authenticatorId: string,
  purpose: SigningPurpose,
  challengeId: string,
  nowMs: number,
): Promise<boolean> {
  const values = [tenantId, authenticatorId, purpose, challengeId, sqlTime(nowMs)];
  return (await sql.query(spendStatement, values)).length === 1;
}

const spendStatementStatement = statement<{ challengeId: string }>(
  'spend_app_statement',
  `insert into challenges (tenant_id, challenge_id, token_digest, user_id, created_at, expires_at, purpose,
     idempotency_key, scope, request)
   values ($1, $2, $3, $4, $5, $6, 'possession', '', '', '{}')
   on conflict do nothing returning challenge_id`,
);

/** Uses up a statement about an app. False if it was used before. */
export async function spendAppStatement(
  sql: Sql,
  tenantId: string,
  spent: {
    readonly challengeId: string;
    readonly digest: Buffer;
    readonly userId: string;
    readonly nowMs: number;
    readonly expiresAtMs: number;
  },
): Promise<boolean> {
  const { challengeId, digest, userId, nowMs, expiresAtMs } = spent;
  const values = [tenantId, challengeId, digest, userId, sqlTime(nowMs), sqlTime(expiresAtMs)];
  return (await sql.query(spendStatementStatement, values)).length === 1;
}
