/** What becomes of what was sent: out until somebody says that it was taken, or refused; out for too long, taken (ruling 44). */
import type { ContactColumns } from '../../core/authenticators/contact.ts';
import { sqlTime, statement } from '../sql.ts';
import type { Sql } from '../sql.ts';
import type { ActionKey } from './actions.ts';
import { triesPerCodeMax } from './guess-budgets.ts';

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

/**
 * The number of what is sent next to a user by a method. It is one order for all their actions, because an address that is
 * being enrolled is the user's. Whoever uses it holds the user.
 */
export const nextSendNumber = (user: string, method: string): string => `(
     select coalesce(max(s.send_number), 0) + 1 from challenges s where s.tenant_id = $1 and s.user_id = ${user}
       and s.verification_method = ${method}
   )`;

// A code or a link that is gone before this is sent anew, rather than waited for.
const leastOpenSeconds = 60;

/** A message of an action, to a contact that its user still has or is enrolling, that can be answered for a while. */
export interface OpenMessage extends ContactColumns {
  readonly challenge_id: string;
  readonly verification_method: string;
  readonly purpose: 'authentication' | 'registration';
  readonly authenticator_id: string;
  /** Of the token that asked for it. */
  readonly powers: { readonly scope: string; readonly [power: string]: unknown };
  readonly code_length: number | null;
  /** Unix milliseconds. */
  readonly sent_at: number;
  readonly expires_at: number;
  /** Whether nobody has said yet that it was taken. */
  readonly is_out: boolean;
}

/** Those of the action of $1 to $4, at the time $5, latest first. */
export const openMessages = `
  select h.challenge_id, h.verification_method, h.purpose, h.authenticator_id, h.email, h.phone_number,
    h.state -> 'powers' as powers, h.code_length, (extract(epoch from h.created_at) * 1000)::bigint as sent_at,
    (extract(epoch from h.expires_at) * 1000)::bigint as expires_at, coalesce(h.out_until > $5, false) as is_out
  from challenges h
  join authenticators a on a.tenant_id = h.tenant_id and a.user_id = h.user_id and a.authenticator_id = h.authenticator_id
  where h.tenant_id = $1 and h.user_id = $2 and h.action_code = $3 and h.idempotency_key = $4
    and h.verified_at is null and h.spent_at is null and h.tries < ${triesPerCodeMax}
    and h.expires_at >= $5::timestamptz + interval '${leastOpenSeconds} seconds' and ${isStanding('h', '$5')}
  order by h.send_number desc, h.created_at desc`;

const openStatement = statement<OpenMessage>('load_open_messages', openMessages);

export function loadOpenMessages(sql: Sql, key: ActionKey, nowMs: number): Promise<readonly OpenMessage[]> {
  const { tenantId, userId, actionCode, idempotencyKey } = key;
  return sql.query(openStatement, [tenantId, userId, actionCode, idempotencyKey, sqlTime(nowMs)]);
}

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
