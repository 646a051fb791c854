import type { Route } from '../contract/route.ts';
import { recordAuditEvent } from '../storage/queries/audit-events.ts';
import type { AuditEvent } from '../storage/queries/audit-events.ts';
import type { Caller } from '../storage/published.ts';
import type { Sql } from '../storage/sql.ts';
import type { ClientCaller, ClientRequest, Context, KeyRequest } from './operation.ts';

/**
 * Appends the route's audit event, in the transaction of the change it tells of. `userId` is the user whom it concerns,
 * undefined if it is the tenant. `data` holds no contact and no secret.
 */
export async function recordAudit<R extends Route>(
  sql: Sql,
  context: Context,
  route: R,
  request: KeyRequest<R> | ClientRequest<R>,
  userId: string | undefined,
  data: Readonly<Record<string, unknown>>,
): Promise<void> {
  await recordAuditEvent(sql, auditEvent(context, route, request, userId, data));
}

/** The route's audit event, for a statement that appends it itself. */
export function auditEvent<R extends Route>(
  { runtime }: Context,
  route: R,
  { caller, requestId }: KeyRequest<R> | ClientRequest<R>,
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

/** Who did it: the key that was used, or the user whose token it was. */
export function actorOf(caller: Caller | ClientCaller): AuditEvent['actor'] {
  return caller.kind === 'client'
    ? { kind: 'client', id: caller.token?.userId ?? 'anonymous' }
    : { kind: caller.kind, id: caller.keyId };
}
