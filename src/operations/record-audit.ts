import type { Route } from '../contract/route.ts';
import { recordAuditEvent } from '../storage/queries/audit-events.ts';
import type { Sql } from '../storage/sql.ts';
import type { Context, KeyRequest } from './operation.ts';

/**
 * Appends the route's audit event, in the transaction of the change it tells of. `userId` is the user whom it concerns,
 * undefined if it is the tenant. `data` holds no contact and no secret.
 */
export async function recordAudit<R extends Route>(
  sql: Sql,
  context: Context,
  route: R,
  request: KeyRequest<R>,
  userId: string | undefined,
  data: Readonly<Record<string, unknown>>,
): Promise<void> {
  if (route.audit === null) throw new Error(`${route.id} declares no audit event.`);
  await recordAuditEvent(sql, {
    tenantId: request.caller.tenant.tenantId,
    eventId: context.runtime.ids.uuid(),
    happenedAtMs: context.runtime.clock.now(),
    actor: { kind: request.caller.kind, id: request.caller.keyId },
    eventType: route.audit,
    userId,
    requestId: request.requestId,
    data,
  });
}
