import type { z } from 'zod';
import type { getTenant } from '../contract/management/tenant.ts';
import type { TenantSettingsRow } from '../storage/queries/tenant-settings.ts';

/** The tenant as responses show it. What was never set is left out, which is not the same as set to the default. */
export function tenantView(
  tenantId: string,
  { name, settings }: TenantSettingsRow,
): z.input<typeof getTenant.reply.schema> {
  return { ...settings, tenantId, name };
}
