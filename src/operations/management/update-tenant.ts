import { updateTenant as route } from '../../contract/management/tenant.ts';
import { loadTenantSettings, recordTenantSettings } from '../../storage/queries/tenant-settings.ts';
import { operation } from '../operation.ts';
import { applySettings } from '../../configuring/apply-patch.ts';
import { changeConfiguration } from '../../configuring/change-configuration.ts';
import { requireReachableUrl } from '../../configuring/require-reachable-url.ts';
import { settleSettingEndpoints } from '../../configuring/settle-setting-endpoints.ts';
import { tenantView } from '../../views/tenant-view.ts';

export const updateTenant = operation(route, async (context, request) => {
  const { tenantId } = request.caller.tenant;
  const { name, ...sent } = request.body;
  requireReachableUrl(context, sent.authenticatorEventsWebhookConfig?.url, 'authenticatorEventsWebhookConfig.url');
  requireReachableUrl(context, sent.logEventsWebhookConfig?.endpointUrl, 'logEventsWebhookConfig.endpointUrl');
  return changeConfiguration(context, route, request, async (sql) => {
    const row = await loadTenantSettings(sql, tenantId);
    const changed = { ...row, name: name ?? row.name, settings: applySettings(row.settings, sent) };
    await recordTenantSettings(sql, tenantId, changed);
    await settleSettingEndpoints(sql, context.runtime, tenantId, changed.settings);
    const answer = tenantView(tenantId, changed);
    return { before: tenantView(tenantId, row), after: answer, answer };
  });
});
