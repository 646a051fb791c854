/**
 * The state of sent messages: pending until the provider accepts or refuses them; after too long they count as accepted
 * (ruling 44).
 */
import type { SmsChannel } from '../../../core/authenticators/sms-channel.ts';
import type { ContactColumns } from '../../../core/authenticators/contact.ts';
import { sqlTime, statement } from '../../sql.ts';
import type { Sql } from '../../sql.ts';
import type { ActionKey } from '../actions/named.ts';
import { triesPerCodeMax } from '../guess-budgets.ts';

// Messages sent for one action by one method have one order.
const isSibling = (one: string, other: string) =>
  ['tenant_id', 'user_id', 'action_code', 'idempotency_key', 'verification_method']
    .map((column) => `${one}.${column} = ${other}.${column}`)
    .join(' and ');

/**
 * Whether a challenge of an action is the last one that was accepted by the provider, at the time `now`: a pending one
 * does not replace it.
 */
export const isStanding = (challenge: string, now: string): string => `not exists (
     select from challenges later where ${isSibling('later', challenge)} and later.send_number > ${challenge}.send_number
       and (later.out_until is null or later.out_until <= ${now})
   )`;

/**
 * The number of the next message to a user by a method. There is one order for all actions of the user, because an
 * address that is being enrolled belongs to the user. The caller has locked the user.
 */
export const nextSendNumber = (user: string, method: string): string => `(
     select coalesce(max(s.send_number), 0) + 1 from challenges s where s.tenant_id = $1 and s.user_id = ${user}
       and s.verification_method = ${method}
   )`;

// A code or link that expires sooner than this is sent again, and not waited for.
const leastOpenSeconds = 60;

/**
 * A message of an action that can still be answered for a while, to a contact that its user still has or is enrolling.
 */
export interface OpenMessage extends ContactColumns {
  readonly challengeId: string;
  readonly verificationMethod: string;
  readonly purpose: 'authentication' | 'registration';
  readonly authenticatorId: string;
  /** Powers of the token that requested it. */
  readonly powers: { readonly scope: string; readonly [power: string]: unknown };
  readonly codeLength: number | null;
  /** Unix milliseconds. */
  readonly sentAt: number;
  readonly expiresAt: number;
  /** Whether the send is pending. One that was withheld looks like one that was accepted. */
  readonly isOut: boolean;
}

/** Messages of the action of $1 to $4, at the time $5, latest first. */
export const openMessages = `
  select h.challenge_id as "challengeId", h.verification_method as "verificationMethod", h.purpose,
    h.authenticator_id as "authenticatorId", h.email, h.phone_number as "phoneNumber", h.state -> 'powers' as powers,
    h.code_length as "codeLength", (extract(epoch from h.created_at) * 1000)::bigint as "sentAt",
    (extract(epoch from h.expires_at) * 1000)::bigint as "expiresAt", 
    coalesce(h.out_until > $5 and h.out_until <> 'infinity', false) as "isOut"
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
     update challenges set out_until = null, provider = $4, provider_message_id = $5,
       state = case when $6 = 'WHATSAPP' and verification_method = 'SMS'
         then coalesce(state, '{}') || '{"smsChannel":"WHATSAPP"}' else state end
     where tenant_id = $1 and challenge_id = $2 returning *
   ), noted as (
     update authenticators a set state = a.state || $7::jsonb from taken
     where $6 is not null and a.tenant_id = $1 and a.user_id = taken.user_id and a.verification_method = 'SMS'
       and a.phone_number = taken.phone_number and a.state ->> 'previousSmsChannel' is distinct from $6
   ), renewed as (
     update challenges c set expires_at = taken.expires_at from taken
     where c.tenant_id = $1 and c.challenge_id = taken.resend_of and c.verified_at is null
       and c.expires_at < taken.expires_at
   )
   update challenges c set expires_at = $3 from taken
   where ${isSibling('c', 'taken')} and c.send_number < taken.send_number and c.verified_at is null
     and c.expires_at > $3 and taken.authenticator_id is not null`,
);

/**
 * Records that a provider accepted a message, and by which channel phones get it. Earlier messages that clients requested
 * for its action and method become invalid.
 */
export async function recordSendTaken(
  sql: Sql,
  tenantId: string,
  challengeId: string,
  nowMs: number,
  smsChannel: SmsChannel | undefined,
  sentBy?: { readonly provider: string; readonly messageId: string | undefined },
): Promise<void> {
  const { provider = null, messageId = null } = sentBy ?? {};
  const previous = smsChannel === undefined ? null : JSON.stringify({ previousSmsChannel: smsChannel });
  await sql.query(takenStatement, [
    tenantId,
    challengeId,
    sqlTime(nowMs),
    provider,
    messageId,
    smsChannel ?? null,
    previous,
  ]);
}

/** A message to a user, as far as it is still known. */
export interface SentMessage extends ContactColumns {
  readonly verificationMethod: string;
  readonly createdAt: number;
  readonly verifiedAt: number | null;
  readonly report: string | null;
  readonly isWithheld: boolean;
  readonly isOut: boolean;
}

/** Messages of one kind that one list has at most. */
const listedMax = 50;

const listSentStatement = statement<SentMessage>(
  'list_messages_of_user',
  `select verification_method, email, phone_number, created_at, verified_at, report,
     coalesce(out_until = 'infinity', false) as is_withheld, coalesce(out_until > $3 and out_until <> 'infinity', false) as is_out
   from challenges where tenant_id = $1 and user_id = $2 and (email is not null or phone_number is not null)
   order by created_at desc, challenge_id limit ${listedMax}`,
);

/** Codes and links that were sent to a user, newest first. */
export async function listMessagesOfUser(
  sql: Sql,
  tenantId: string,
  userId: string,
  nowMs: number,
): Promise<readonly SentMessage[]> {
  return sql.query(listSentStatement, [tenantId, userId, sqlTime(nowMs)]);
}

/** A message that a provider tells of. */
export interface ReportedMessage extends ContactColumns {
  readonly verificationMethod: string;
  readonly userId: string | null;
  readonly actionCode: string;
  readonly idempotencyKey: string;
}

const reportStatement = statement<ReportedMessage>(
  'record_message_report',
  // A delivered message stays delivered.
  `update challenges set report = $4
   where tenant_id = $1 and provider = $2 and provider_message_id = $3 and report is distinct from $4
     and report is distinct from 'delivered'
   returning verification_method, user_id, action_code, idempotency_key, email, phone_number`,
);
const countKnownStatement = statement<{ count: number }>(
  'count_provider_messages',
  `select count(distinct provider_message_id)::int as count from challenges
   where tenant_id = $1 and provider = $2 and provider_message_id = any($3::text[])`,
);

/** Records what a provider tells of a message. Returns the message if that is news. */
export async function recordMessageReport(
  sql: Sql,
  tenantId: string,
  provider: string,
  messageId: string,
  report: 'delivered' | 'not delivered',
): Promise<ReportedMessage | undefined> {
  const [message] = await sql.query(reportStatement, [tenantId, provider, messageId, report]);
  return message;
}

/** How many of these are what a provider calls messages that it took. */
export async function countProviderMessages(
  sql: Sql,
  tenantId: string,
  provider: string,
  messageIds: readonly string[],
): Promise<number> {
  const [row] = await sql.query(countKnownStatement, [tenantId, provider, messageIds]);
  return row?.count ?? 0;
}

const withheldStatement = statement<never>(
  'record_send_withheld',
  `update challenges set out_until = 'infinity' where tenant_id = $1 and challenge_id = $2`,
);

/**
 * Records that a message was not sent although its response says so. It is never accepted, so the message before it stays
 * valid; the row stays, so that nothing tells the two apart.
 */
export async function recordSendWithheld(sql: Sql, tenantId: string, challengeId: string): Promise<void> {
  await sql.query(withheldStatement, [tenantId, challengeId]);
}

const refusedStatement = statement<never>(
  'delete_refused_send',
  'delete from challenges where tenant_id = $1 and challenge_id = $2',
);

/** Removes a message that was not sent: the one before it is the last one again. */
export async function deleteRefusedSend(sql: Sql, tenantId: string, challengeId: string): Promise<void> {
  await sql.query(refusedStatement, [tenantId, challengeId]);
}
