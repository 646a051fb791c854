import type { z } from 'zod';
import type { getTenant } from '../../contract/management/tenant.ts';
import type { TenantSettingsRow } from '../../storage/queries/tenant-settings.ts';

/** The tenant as it is answered: what was never set is left out, which is not the same as set to the default. */
export function tenantView(tenantId: string, { name, settings }: TenantSettingsRow): z.input<typeof getTenant.reply> {
  return { ...settings, tenantId, name };
}
