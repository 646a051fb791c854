import { sqlTime, statement } from '../sql.ts';
import type { Sql } from '../sql.ts';

/** One security-relevant act. Data never holds a secret, a code or a contact. */
export interface AuditEvent {
  readonly tenantId: string;
  readonly eventId: string;
  readonly happenedAtMs: number;
  readonly actor: { readonly kind: string; readonly id: string };
  readonly eventType: string;
  readonly userId: string | undefined;
  readonly requestId: string | undefined;
  readonly data: Readonly<Record<string, unknown>>;
}

// Queued by the statement: a distributed database has no trigger for that. Elsewhere one queues what nodes of the release
// before record.
const recordStatement = statement<never>(
  'record_audit_event',
  `with event as (
     insert into audit_events (tenant_id, event_id, happened_at, actor, event_type, user_id, request_id, data)
     values ($1, $2, $3, $4, $5, $6, $7, $8)
     returning tenant_id, event_id
   )
   insert into audit_unlinked (tenant_id, event_id) select tenant_id, event_id from event on conflict do nothing`,
);

/** Appends an event in the same transaction as the change that it records, so that both are written or neither. */
export async function recordAuditEvent(sql: Sql, event: AuditEvent): Promise<void> {
  await sql.query(recordStatement, [
    event.tenantId,
    event.eventId,
    sqlTime(event.happenedAtMs),
    JSON.stringify(event.actor),
    event.eventType,
    event.userId ?? null,
    event.requestId ?? null,
    JSON.stringify(event.data),
  ]);
}
