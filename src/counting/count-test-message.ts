import { Refusal } from '../contract/errors.ts';
import { testMessageLimits } from '../contract/portal/test-messages.ts';
import type { Contact } from '../core/authenticators/contact.ts';
import type { Context } from '../calls/context.ts';
import type { Tenant } from '../storage/published.ts';
import { findReachedLimit, lockSending } from '../storage/queries/sent-messages.ts';
import type { Sql } from '../storage/sql.ts';
import { contactSubject } from './contact-subject.ts';
import { recordCounted } from './record-counted.ts';

// Test messages of all methods are counted together, apart from those to users.
const verificationMethod = 'TEST';
const ofTenant = 'tenant';

/**
 * Counts a test message for the tenant and for who gets it, if anybody does. It counts whether it is sent or not, so that
 * nothing can be probed by it.
 * @throws {Refusal} `too_many_requests`
 */
export async function countTestMessage(
  sql: Sql,
  context: Context,
  tenant: Tenant,
  contact: Contact | undefined,
): Promise<void> {
  const { tenantId } = tenant;
  const nowMs = context.runtime.clock.now();
  const subjects = [
    { subject: ofTenant, verificationMethod },
    ...(contact === undefined ? [] : [{ subject: contactSubject(tenant, contact), verificationMethod }]),
  ];
  const limits = subjects.flatMap((subject) =>
    (subject.subject === ofTenant ? testMessageLimits.ofTenant : testMessageLimits.ofContact).map(
      ({ messagesMax, minutes }) => ({ ...subject, messagesMax, windowMs: minutes * 60_000 }),
    ),
  );
  await lockSending(sql, tenantId, subjects);
  const reached = await findReachedLimit(sql, tenantId, limits, nowMs);
  if (reached !== undefined) {
    const whose = reached.subject === ofTenant ? 'for this tenant' : 'to this address or number';
    throw new Refusal(
      'too_many_requests',
      `Too many test messages were sent ${whose}: at most ${reached.messagesMax} in ${reached.windowMs / 60_000} minutes. Try again later.`,
      Math.ceil(reached.windowMs / 1000),
    );
  }
  await recordCounted(sql, context, tenant, subjects, ofTenant, nowMs);
}
