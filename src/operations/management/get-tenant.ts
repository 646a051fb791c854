import { getTenant as route } from '../../contract/management/tenant.ts';
import { loadTenantSettings } from '../../storage/queries/tenant-settings.ts';
import { operation } from '../operation.ts';
import { tenantView } from '../../views/tenant-view.ts';

export const getTenant = operation(route, async ({ db }, { caller: { tenant } }) =>
  tenantView(tenant.tenantId, await loadTenantSettings(db, tenant.tenantId)),
);
