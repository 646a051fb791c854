import { updateTheme as route } from '../../contract/management/theme.ts';
import { loadTenantSettings, recordTenantSettings } from '../../storage/queries/tenant-settings.ts';
import { operation } from '../operation.ts';
import { mergeSettings } from './apply-patch.ts';
import { changeConfiguration } from './change-configuration.ts';
import { themeView } from './theme-view.ts';

export const updateTheme = operation(route, async (context, request) => {
  const { tenantId } = request.caller.tenant;
  const { name, ...sent } = request.body;
  return changeConfiguration(context, route, request, async (sql) => {
    const row = await loadTenantSettings(sql, tenantId);
    const changed = { ...row, name: name ?? row.name, theme: mergeSettings(row.theme, sent) };
    await recordTenantSettings(sql, tenantId, changed);
    const answer = themeView(changed);
    return { before: themeView(row), after: answer, answer };
  });
});
