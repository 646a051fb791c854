import { normalEmail } from '../core/authenticators/normal-email.ts';
import { findOperatorId } from '../storage/queries/operators.ts';
import { portalTenantId } from '../storage/queries/tenants.ts';
import type { Sql } from '../storage/sql.ts';

/** The ids that somebody may mean: what is given, and that of the operator whose email address it is. */
export async function actorIdsOf(sql: Sql, given: string): Promise<readonly string[]> {
  if (!given.includes('@')) return [given];
  const operatorId = await findOperatorId(sql, portalTenantId, normalEmail(given).toLowerCase());
  return operatorId === undefined ? [given] : [given, operatorId];
}
