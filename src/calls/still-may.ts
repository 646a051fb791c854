import { permits } from '../contract/portal/roles.ts';
import type { Permission } from '../contract/portal/roles.ts';
import { listMembershipsOf } from '../storage/queries/memberships.ts';
import { portalTenantId } from '../storage/queries/tenants.ts';
import type { Sql } from '../storage/sql.ts';

/** Whether an operator who did something earlier may still do it: not if they left, or lost the role. */
export async function stillMay(
  sql: Sql,
  tenantId: string,
  operatorId: string,
  permission: Permission,
): Promise<boolean> {
  const memberships = await listMembershipsOf(sql, portalTenantId, operatorId);
  return memberships.some(({ memberOf, roles }) => memberOf === tenantId && permits(roles, permission));
}
