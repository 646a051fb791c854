import type { z } from 'zod';
import type { getTheme } from '../contract/management/theme.ts';
import type { TenantSettingsRow } from '../storage/queries/tenant-settings.ts';

/** The theme as responses show it. Its name is the tenant's: both are the name that users see. */
export function themeView({ name, theme }: TenantSettingsRow): z.input<typeof getTheme.reply.schema> {
  // Always present, as in the responses of the first implementation.
  return { darkMode: {}, ...theme, name };
}
