import type { Notice } from '../core/notices/notice.ts';
import type { Sql } from '../storage/sql.ts';
import { noticeAddressesMax, recordNotice } from '../storage/queries/outbox.ts';
import type { Context } from './operation.ts';

/**
 * Queues a mail to the user's verified addresses, in the transaction of the change it tells of. Whoever enrols an address
 * of their own must not end up as the only one who hears of it (N11): so it is called **before** the user's row and
 * authenticators take the new address, or names the authenticator that has it already. A user without a verified address
 * is told nothing.
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
