import { updateTheme as route } from '../../contract/management/theme.ts';
import { recordPageTemplate } from '../../storage/queries/page-looks.ts';
import { loadTenantSettings, recordTenantSettings } from '../../storage/queries/tenant-settings.ts';
import { operation } from '../operation.ts';
import { preparePageTemplate } from '../../showing/page-template.ts';
import { mergeSettings } from '../../configuring/apply-patch.ts';
import { changeConfiguration } from '../../configuring/change-configuration.ts';
import { themeView } from '../../views/theme-view.ts';

export const updateTheme = operation(route, async (context, request) => {
  const { tenantId } = request.caller.tenant;
  const { name, ...sent } = request.body;
  const { template } = sent;
  // Sanitised before the transaction, so that no database connection waits for it.
  const prepared = typeof template === 'string' ? await preparePageTemplate(template) : template;
  return changeConfiguration(context, route, request, async (sql) => {
    const row = await loadTenantSettings(sql, tenantId);
    const changed = { ...row, name: name ?? row.name, theme: mergeSettings(row.theme, sent) };
    await recordTenantSettings(sql, tenantId, changed);
    if (prepared !== undefined) await recordPageTemplate(sql, tenantId, prepared);
    const answer = themeView(changed);
    return { before: themeView(row), after: answer, answer };
  });
});
