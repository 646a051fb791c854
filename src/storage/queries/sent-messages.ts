import { sqlTime, statement } from '../sql.ts';
import type { Sql } from '../sql.ts';

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

/** How many messages one subject may be sent within a time, or how many of those that were refused it may cause. */
export interface SendingLimit {
  readonly messagesMax: number;
  readonly windowMs: number;
  readonly isOfRefused?: boolean;
}

/**
 * Counts a message against its subject's limits. Gives the first limit that is reached; then nothing was counted. Holds
 * the subject until the transaction ends, so that requests at once cannot send more than the limits.
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

// What was refused is counted under a subject of its own, beside what was sent.
const refusedPrefix = 'refused ';

const giveBackStatement = statement<never>(
  'give_back_sent_messages',
  `with refused as (
     update sent_messages set subject = '${refusedPrefix}' || subject
     where tenant_id = $1 and message_id = any($3::uuid[])
   )
   delete from sent_messages where tenant_id = $1 and message_id = any($2::uuid[]) and message_id <> all($3::uuid[])`,
);

/** What a message was counted as, and as what of that it counts on, if it is refused. */
export interface CountedMessages {
  readonly messageIds: readonly string[];
  readonly asRefused: readonly string[];
}

/** Takes back what was counted of a message that was not sent after all. */
export async function giveBackMessages(
  sql: Sql,
  tenantId: string,
  { messageIds, asRefused }: CountedMessages,
): Promise<void> {
  await sql.query(giveBackStatement, [tenantId, messageIds, asRefused]);
}

const purgeStatement = statement<{ message_id: string }>(
  'purge_sent_messages',
  `delete from sent_messages where ctid = any(array(
     select ctid from sent_messages where sent_at <= $1 order by sent_at limit $2 for update skip locked
   )) returning message_id`,
);

/** Forgets up to `max` messages that were sent before `sentMs`, and says how many. */
export async function purgeSentMessages(sql: Sql, sentMs: number, max: number): Promise<number> {
  const rows = await sql.query(purgeStatement, [sqlTime(sentMs), max]);
  return rows.length;
}
