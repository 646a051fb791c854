import type { JudgedText } from '../../core/pumping/judge-text.ts';
import { sqlTime, statement } from '../sql.ts';
import type { Sql } from '../sql.ts';
import { purgeOf } from './purge.ts';

const lockStatement = statement<{ locked: string }>(
  'lock_sending',
  `select pg_advisory_xact_lock(hashtextextended(s.name, 0))::text as locked
   from unnest($1::text[]) with ordinality as s (name, place) order by s.place`,
);
const countStatement = statement<{ reached: number | null }>(
  'count_sent_messages',
  `select min(l.place)::int as reached
   from unnest($2::text[], $3::text[], $4::timestamptz[], $5::int[]) with ordinality as l (subject, method, since, most, place)
   where l.most <= (
     select count(*) from sent_messages m
     where m.tenant_id = $1 and m.subject = l.subject and m.verification_method = l.method and m.sent_at > l.since
   )`,
);
const recordStatement = statement<never>(
  'record_sent_messages',
  `insert into sent_messages (tenant_id, message_id, subject, verification_method, sent_at)
   select $1, s.message_id, s.subject, s.method, $5
   from unnest($2::uuid[], $3::text[], $4::text[]) as s (message_id, subject, method)`,
);

/** What messages are counted for. */
export interface SendingSubject {
  readonly subject: string;
  readonly verificationMethod: string;
}

/** How many messages may be sent to one subject within a time, or how many refused ones it may cause. */
export interface SendingLimit extends SendingSubject {
  readonly messagesMax: number;
  readonly windowMs: number;
  readonly isOfRefused?: boolean;
}

/**
 * Locks subjects until the transaction ends, so that concurrent requests cannot exceed their limits. Always in the same
 * order, so that no two requests wait for each other (F11).
 */
export async function lockSending(sql: Sql, tenantId: string, subjects: readonly SendingSubject[]): Promise<void> {
  const names = subjects
    .toSorted((one, other) => (one.subject < other.subject ? -1 : 1))
    .map(({ subject, verificationMethod }) => JSON.stringify([tenantId, subject, verificationMethod]));
  await sql.query(lockStatement, [names]);
}

/** The first limit that is reached. The caller has locked the subjects. */
export async function findReachedLimit<Limit extends SendingLimit>(
  sql: Sql,
  tenantId: string,
  limits: readonly Limit[],
  nowMs: number,
): Promise<Limit | undefined> {
  const [row] = await sql.query(countStatement, [
    tenantId,
    limits.map(({ subject, isOfRefused }) => (isOfRefused === true ? `${refusedPrefix}${subject}` : subject)),
    limits.map(({ verificationMethod }) => verificationMethod),
    limits.map(({ windowMs }) => sqlTime(nowMs - windowMs)),
    limits.map(({ messagesMax }) => messagesMax),
  ]);
  return limits[(row?.reached ?? Infinity) - 1];
}

/** Counts a message for each of its subjects. */
export async function recordMessage(
  sql: Sql,
  tenantId: string,
  counted: readonly (SendingSubject & { readonly messageId: string })[],
  nowMs: number,
): Promise<void> {
  await sql.query(recordStatement, [
    tenantId,
    counted.map(({ messageId }) => messageId),
    counted.map(({ subject }) => subject),
    counted.map(({ verificationMethod }) => verificationMethod),
    sqlTime(nowMs),
  ]);
}

// Refused messages are counted under a subject of their own, in addition to sent ones.
const refusedPrefix = 'refused ';

const giveBackStatement = statement<never>(
  'give_back_sent_messages',
  `with refused as (
     update sent_messages set subject = '${refusedPrefix}' || subject
     where tenant_id = $1 and message_id = any($3::uuid[])
   )
   delete from sent_messages where tenant_id = $1 and message_id = any($2::uuid[]) and message_id <> all($3::uuid[])`,
);

/** The subjects under which a message was counted, and those under which its count stays if it is refused. */
export interface CountedMessages {
  readonly messageIds: readonly string[];
  readonly asRefused: readonly string[];
  /** What was decided of it, if it is a text. */
  readonly text?: JudgedText;
}

/** Takes back the counts of a message that was not sent after all. */
export async function giveBackMessages(
  sql: Sql,
  tenantId: string,
  { messageIds, asRefused }: CountedMessages,
): Promise<void> {
  await sql.query(giveBackStatement, [tenantId, messageIds, asRefused]);
}

/** Forgets messages that were sent before a time. */
export const purgeSentMessages = purgeOf('sent_messages', 'message_id', {
  condition: 'sent_at <= $1',
  order: 'sent_at',
});
