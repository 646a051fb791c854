import { sqlTime, statement } from '../sql.ts';
import type { Sql } from '../sql.ts';
import { purgeOf } from './purge.ts';

const lockStatement = statement<{ locked: string }>(
  'lock_sending',
  'select pg_advisory_xact_lock(hashtextextended($1, 0))::text as locked',
);
const countStatement = statement<{ sent: number }>(
  'count_sent_messages',
  `select count(*) as sent from sent_messages
   where tenant_id = $1 and subject = $2 and verification_method = $3 and sent_at > $4`,
);
const recordStatement = statement<never>(
  'record_sent_message',
  `insert into sent_messages (tenant_id, message_id, subject, verification_method, sent_at) values ($1, $2, $3, $4, $5)`,
);

/** How many messages may be sent to one subject within a time, or how many refused ones it may cause. */
export interface SendingLimit {
  readonly messagesMax: number;
  readonly windowMs: number;
  readonly isOfRefused?: boolean;
}

/**
 * Counts a message against its subject's limits. Returns the first limit that is reached; then nothing was counted.
 * Locks the subject until the transaction ends, so that concurrent requests cannot exceed the limits.
 */
export async function countMessage(
  sql: Sql,
  message: { tenantId: string; messageId: string; subject: string; verificationMethod: string; nowMs: number },
  limits: readonly SendingLimit[],
): Promise<SendingLimit | undefined> {
  const { tenantId, subject, verificationMethod, nowMs } = message;
  await sql.query(lockStatement, [JSON.stringify([tenantId, subject, verificationMethod])]);
  for (const limit of limits) {
    const sinceMs = nowMs - limit.windowMs;
    const counted = limit.isOfRefused === true ? `${refusedPrefix}${subject}` : subject;
    const [row] = await sql.query(countStatement, [tenantId, counted, verificationMethod, sqlTime(sinceMs)]);
    if ((row?.sent ?? 0) >= limit.messagesMax) return limit;
  }
  await sql.query(recordStatement, [tenantId, message.messageId, subject, verificationMethod, sqlTime(nowMs)]);
  return undefined;
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
