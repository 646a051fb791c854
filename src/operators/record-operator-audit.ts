import type { Context } from '../calls/context.ts';
import { recordAuditEvent } from '../storage/queries/audit-events.ts';
import { portalTenantId } from '../storage/queries/tenants.ts';
import type { Sql } from '../storage/sql.ts';

/**
 * Records what concerns an operator as such, and no tenant alone, in the log of the portal and of each tenant that they may
 * come in to: whoever runs one of these wants to know.
 */
export async function recordOperatorAudit(
  sql: Sql,
  { runtime }: Pick<Context, 'runtime'>,
  event: {
    readonly type: string;
    readonly operatorId: string;
    readonly tenantIds: readonly string[];
    readonly requestId: string;
    readonly data: Readonly<Record<string, unknown>>;
  },
): Promise<void> {
  const { type, operatorId, tenantIds, requestId, data } = event;
  for (const tenantId of [portalTenantId, ...tenantIds]) {
    await recordAuditEvent(sql, {
      tenantId,
      eventId: runtime.ids.uuid(),
      happenedAtMs: runtime.clock.now(),
      actor: { kind: 'operator', id: operatorId },
      eventType: type,
      userId: undefined,
      requestId,
      data,
    });
  }
}
