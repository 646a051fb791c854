import type { z } from 'zod';
import type { getTheme } from '../../contract/management/theme.ts';
import type { TenantSettingsRow } from '../../storage/queries/tenant-settings.ts';

/** The theme as it is answered. Its name is the tenant's: both are the name that users see. */
export function themeView({ name, theme }: TenantSettingsRow): z.input<typeof getTheme.reply> {
  // Always there, on the wire of the first implementation too.
  return { darkMode: {}, ...theme, name };
}
