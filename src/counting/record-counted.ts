import type { Context } from '../calls/context.ts';
import type { Tenant } from '../storage/published.ts';
import { recordMessage } from '../storage/queries/sent-messages.ts';
import type { CountedMessages, SendingSubject } from '../storage/queries/sent-messages.ts';
import type { Sql } from '../storage/sql.ts';

/** Counts a message for its subjects, whose locks are held. `refusedSubject` is counted if its provider refuses it. */
export async function recordCounted(
  sql: Sql,
  { runtime }: Context,
  { tenantId }: Tenant,
  subjects: readonly SendingSubject[],
  refusedSubject: string,
  nowMs: number,
): Promise<CountedMessages> {
  const counted = subjects.map((subject) => ({ ...subject, messageId: runtime.ids.uuid() }));
  await recordMessage(sql, tenantId, counted, nowMs);
  return {
    messageIds: counted.map(({ messageId }) => messageId),
    asRefused: counted.flatMap(({ subject, messageId }) => (subject === refusedSubject ? messageId : [])),
  };
}
