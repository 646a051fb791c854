import { recordEvent } from '../storage/queries/events.ts';
import type { OutboxRow } from '../storage/queries/outbox.ts';
import type { Context } from '../calls/context.ts';
import { isStillLocked } from './is-still-locked.ts';

/** Records the event of a lock that was queued by the guess that locked, if it is still true. */
export async function recordLockEvent(
  context: Context,
  { tenantId, eventId, userId, payload }: OutboxRow,
): Promise<void> {
  const tenant = context.published.tenant(tenantId);
  if (tenant === undefined) throw new Error('This node does not hold the tenant of the event yet.');
  const { verificationMethod } = payload as { readonly verificationMethod: string };
  if (userId === null || !(await isStillLocked(context, tenant, userId, verificationMethod))) return;
  const data = { userId, verificationMethod };
  await recordEvent(context.db, context.runtime, {
    tenantId,
    type: 'verification_method.locked',
    userId,
    data,
    // The same at each try.
    eventId,
  });
}
