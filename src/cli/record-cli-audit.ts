import type { Runtime } from '../runtime/runtime.ts';
import { recordAuditEvent } from '../storage/queries/audit-events.ts';
import type { Sql } from '../storage/sql.ts';

/**
 * Records what an operator changed for a tenant through the command line, in the transaction of the change (ruling 55).
 */
export async function recordCliAudit(
  sql: Sql,
  runtime: Runtime,
  tenantId: string,
  eventType: string,
  data: Readonly<Record<string, unknown>>,
): Promise<void> {
  await recordAuditEvent(sql, {
    tenantId,
    eventId: runtime.ids.uuid(),
    happenedAtMs: runtime.clock.now(),
    actor: { kind: 'cli', id: 'cli' },
    eventType,
    userId: undefined,
    requestId: undefined,
    data,
  });
}
