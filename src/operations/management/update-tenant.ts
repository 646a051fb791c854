import { updateTenant as route } from '../../contract/management/tenant.ts';
import { loadTenantSettings, recordTenantSettings } from '../../storage/queries/tenant-settings.ts';
import { operation } from '../operation.ts';
import { applySettings } from './apply-patch.ts';
import { changeConfiguration } from './change-configuration.ts';
import { tenantView } from './tenant-view.ts';

export const updateTenant = operation(route, async (context, request) => {
  const { tenantId } = request.caller.tenant;
  const { name, ...sent } = request.body;
  return changeConfiguration(context, route, request, async (sql) => {
    const row = await loadTenantSettings(sql, tenantId);
    const changed = { ...row, name: name ?? row.name, settings: applySettings(row.settings, sent) };
    await recordTenantSettings(sql, tenantId, changed);
    const answer = tenantView(tenantId, changed);
    return { before: tenantView(tenantId, row), after: answer, answer };
  });
});
