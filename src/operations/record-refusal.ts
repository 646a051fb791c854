import type { Route } from '../contract/route.ts';
import { recordAuditEvent } from '../storage/queries/audit-events.ts';
import type { ClientRequest, Context, KeyRequest } from './operation.ts';
import { actorOf } from './record-audit.ts';

/** Leaves the event of a proof that was refused. `data` says why, more plainly than whoever tried is told. */
export async function recordRefusal(
  { db, runtime }: Context,
  { caller, requestId }: KeyRequest<Route> | ClientRequest<Route>,
  userId: string | undefined,
  data: { readonly verificationMethod: string | null; readonly reason: string; readonly challengeId?: string },
): Promise<void> {
  await recordAuditEvent(db, {
    tenantId: caller.tenant.tenantId,
    eventId: runtime.ids.uuid(),
    happenedAtMs: runtime.clock.now(),
    actor: actorOf(caller),
    eventType: 'challenge.refused',
    userId,
    requestId,
    data,
  });
}
