import type { OperatorMail } from '../core/notices/operator-mail.ts';
import { recordOperatorMails } from '../storage/queries/outbox.ts';
import type { Sql } from '../storage/sql.ts';
import type { Context } from '../calls/context.ts';

/** Queues a mail to people who run the tenant, in the transaction of what it tells of. */
export async function queueOperatorMail(
  sql: Sql,
  { runtime }: Pick<Context, 'runtime'>,
  tenantId: string,
  addresses: readonly string[],
  mail: OperatorMail,
): Promise<void> {
  const to = addresses.map((address) => ({ address, eventId: runtime.ids.uuid() }));
  await recordOperatorMails(sql, tenantId, { mail, to, nowMs: runtime.clock.now() });
}
