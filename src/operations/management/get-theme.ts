import { getTheme as route } from '../../contract/management/theme.ts';
import { loadTenantSettings } from '../../storage/queries/tenant-settings.ts';
import { operation } from '../operation.ts';
import { themeView } from '../../views/theme-view.ts';

export const getTheme = operation(route, async ({ db }, { caller: { tenant } }) =>
  themeView(await loadTenantSettings(db, tenant.tenantId)),
);
