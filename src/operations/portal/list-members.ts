import { listMembers as route } from '../../contract/portal/team.ts';
import { memberView } from '../../operators/member-view.ts';
import { listMembers as listRows } from '../../storage/queries/memberships.ts';
import { portalTenantId } from '../../storage/queries/tenants.ts';
import { operation } from '../operation.ts';

export const listMembers = operation(route, async ({ db, runtime }, { caller: { tenant } }) => {
  const rows = await listRows(db, portalTenantId, tenant.tenantId);
  return rows.map((row) => memberView(row, runtime.clock.now()));
});
