import type { Notice } from '../core/notices/notice.ts';
import type { Sql } from '../storage/sql.ts';
import { noticeAddressesMax, recordNotice } from '../storage/queries/outbox.ts';
import type { Context } from '../calls/context.ts';

/**
 * Queues a mail to the user's verified addresses, in the transaction of the change it reports. An attacker who enrols
 * their own address must not be the only one who is notified (N11). So call it **before** the user's row and
 * authenticators get the new address, or name the authenticator that has it already. A user without a verified address
 * is not notified.
 */
export async function queueNotice(
  sql: Sql,
  { runtime }: Pick<Context, 'runtime'>,
  { tenantId }: { readonly tenantId: string },
  userId: string,
  notice: Notice,
  exceptAuthenticatorId?: string,
): Promise<void> {
  const eventIds = Array.from({ length: noticeAddressesMax }, () => runtime.ids.uuid());
  const nowMs = runtime.clock.now();
  await recordNotice(sql, { tenantId, userId, notice, eventIds, nowMs, exceptAuthenticatorId });
}
