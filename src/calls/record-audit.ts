import type { Route } from '../contract/route.ts';
import { recordAuditEvent } from '../storage/queries/audit-events.ts';
import type { AuditEvent } from '../storage/queries/audit-events.ts';
import type { Sql } from '../storage/sql.ts';
import { actorOf } from './caller.ts';
import type { Context } from './context.ts';
import type { KnownRequest } from './request.ts';

/**
 * Appends the route's audit event, in the transaction of the change it reports. `userId` is the user it concerns;
 * undefined if it concerns the tenant. `data` must have no contact and no secret.
 */
export async function recordAudit(
  sql: Sql,
  context: Context,
  route: Route,
  request: KnownRequest<Route>,
  userId: string | undefined,
  data: Readonly<Record<string, unknown>>,
): Promise<void> {
  await recordAuditEvent(sql, auditEvent(context, route, request, userId, data));
}

/** The route's audit event, for a statement that appends it itself. */
export function auditEvent(
  { runtime }: Context,
  route: Route,
  { caller, requestId }: KnownRequest<Route>,
  userId: string | undefined,
  data: Readonly<Record<string, unknown>>,
): AuditEvent {
  if (route.audit === null) throw new Error(`${route.id} declares no audit event.`);
  return {
    tenantId: caller.tenant.tenantId,
    eventId: runtime.ids.uuid(),
    happenedAtMs: runtime.clock.now(),
    actor: actorOf(caller),
    eventType: route.audit,
    userId,
    requestId,
    data,
  };
}
