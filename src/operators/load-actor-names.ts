import { isUuid } from '../calls/is-uuid.ts';
import type { AuditEventRow } from '../storage/queries/audit-events.ts';
import { loadOperatorEmails } from '../storage/queries/operators.ts';
import { portalTenantId } from '../storage/queries/tenants.ts';
import type { Sql } from '../storage/sql.ts';

/** The email addresses of the operators among those who did something, by their ids. */
export async function loadActorNames(
  sql: Sql,
  events: readonly Pick<AuditEventRow, 'actor'>[],
): Promise<ReadonlyMap<string, string>> {
  const ids = events.flatMap(({ actor }) => (actor.kind === 'operator' && isUuid(actor.id) ? [actor.id] : []));
  return loadOperatorEmails(sql, portalTenantId, [...new Set(ids)]);
}
