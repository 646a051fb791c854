/** What becomes of what was sent: out until somebody says that it was taken, or refused; out for too long, taken (ruling 44). */
import { sqlTime, statement } from '../sql.ts';
import type { Sql } from '../sql.ts';

// What was sent to one action by one method stands in one order.
const isSibling = (one: string, other: string) =>
  ['tenant_id', 'user_id', 'action_code', 'idempotency_key', 'verification_method']
    .map((column) => `${one}.${column} = ${other}.${column}`)
    .join(' and ');

/** Whether nothing was sent after a challenge of an action that was taken, at the time `now`: what is out takes nothing's place. */
export const isStanding = (challenge: string, now: string): string => `not exists (
     select from challenges later where ${isSibling('later', challenge)} and later.send_number > ${challenge}.send_number
       and (later.out_until is null or later.out_until <= ${now})
   )`;

/** The number of what is sent next for an action by a method. Whoever uses it holds the user. */
export const nextSendNumber = (user: string, action: string, key: string, method: string): string => `(
     select coalesce(max(s.send_number), 0) + 1 from challenges s where s.tenant_id = $1 and s.user_id = ${user}
       and s.action_code = ${action} and s.idempotency_key = ${key} and s.verification_method = ${method}
   )`;

const takenStatement = statement<never>(
  'record_send_taken',
  `with taken as (
     update challenges set out_until = null where tenant_id = $1 and challenge_id = $2 returning *
   ), renewed as (
     update challenges c set expires_at = taken.expires_at from taken
     where c.tenant_id = $1 and c.challenge_id = taken.resend_of and c.verified_at is null
       and c.expires_at < taken.expires_at
   )
   update challenges c set expires_at = $3 from taken
   where ${isSibling('c', 'taken')} and c.send_number < taken.send_number and c.verified_at is null
     and c.expires_at > $3 and taken.authenticator_id is not null`,
);

/** Notes that a provider took what was sent. What a client had sent before it, of its action and method, ends. */
export async function recordSendTaken(sql: Sql, tenantId: string, challengeId: string, nowMs: number): Promise<void> {
  await sql.query(takenStatement, [tenantId, challengeId, sqlTime(nowMs)]);
}

const refusedStatement = statement<never>(
  'delete_refused_send',
  'delete from challenges where tenant_id = $1 and challenge_id = $2',
);

/** Removes what was not sent: what was sent before it is what was sent last, again. */
export async function deleteRefusedSend(sql: Sql, tenantId: string, challengeId: string): Promise<void> {
  await sql.query(refusedStatement, [tenantId, challengeId]);
}
