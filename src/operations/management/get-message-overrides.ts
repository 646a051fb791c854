import { getMessageOverrides as route } from '../../contract/management/message-overrides.ts';
import { loadTenantSettings } from '../../storage/queries/tenant-settings.ts';
import { operation } from '../operation.ts';

export const getMessageOverrides = operation(route, async ({ db }, { caller: { tenant } }) => {
  const { messageOverrides } = await loadTenantSettings(db, tenant.tenantId);
  return { messageOverrides };
});
