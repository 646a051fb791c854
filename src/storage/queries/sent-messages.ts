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

/** How many messages one subject may be sent within a time. */
export interface SendingLimit {
  readonly messagesMax: number;
  readonly windowMs: number;
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
    const [row] = await sql.query(countStatement, [tenantId, subject, verificationMethod, sqlTime(sinceMs)]);
    if ((row?.sent ?? 0) >= limit.messagesMax) return limit;
  }
  await sql.query(recordStatement, [tenantId, message.messageId, subject, verificationMethod, sqlTime(nowMs)]);
  return undefined;
}

const giveBackStatement = statement<never>(
  'give_back_sent_messages',
  'delete from sent_messages where tenant_id = $1 and message_id = any($2::uuid[])',
);

/** Takes back what was counted of messages that were not sent after all. */
export async function giveBackMessages(sql: Sql, tenantId: string, messageIds: readonly string[]): Promise<void> {
  await sql.query(giveBackStatement, [tenantId, messageIds]);
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
