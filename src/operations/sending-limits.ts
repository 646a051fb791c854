import { Refusal } from '../contract/errors.ts';
import { countMessage } from '../storage/queries/sent-messages.ts';
import type { Tenant } from '../storage/published.ts';
import type { Sql } from '../storage/sql.ts';
import { contactSubject } from './challenge-code.ts';
import type { Context } from './operation.ts';

const windowMs = 10 * 60_000;
const sendsPerWindow = 12;

/**
 * Counts a message against the limits of its address and of its user, in the transaction that makes what is sent.
 * @throws {Refusal} `too_many_requests`
 */
export async function countSend(
  sql: Sql,
  { runtime }: Context,
  tenant: Tenant,
  message: { verificationMethod: string; contact: string; userId: string | undefined; nowMs: number },
): Promise<void> {
  const { verificationMethod, contact, userId, nowMs } = message;
  // Sorted, so that two requests take the same locks in the same order (F11).
  const subjects = [contactSubject(tenant, contact), ...(userId === undefined ? [] : [`user:${userId}`])].sort();
  for (const subject of subjects) {
    const isCounted = await countMessage(sql, {
      tenantId: tenant.tenantId,
      messageId: runtime.ids.uuid(),
      subject,
      verificationMethod,
      nowMs,
      sinceMs: nowMs - windowMs,
      limit: sendsPerWindow,
    });
    if (!isCounted) {
      throw new Refusal('too_many_requests', 'Too many codes were sent to this user or address. Try again later.', 600);
    }
  }
}
