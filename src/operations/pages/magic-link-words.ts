import type { Tenant } from '../../storage/published.ts';
import { loadTenantSettings } from '../../storage/queries/tenant-settings.ts';
import { choosePageLocale } from '../../texts/page-locale.ts';
import type { PageTextId } from '../../texts/page-texts.ts';
import { textsOf } from '../client/ui-session-view.ts';
import type { Context } from '../operation.ts';

/** What the page behind a link says, in one language; the tenant's own words where it has some. */
export interface MagicLinkWords {
  readonly locale: string;
  say(id: PageTextId): string;
}

/** `wished` are languages as {@link choosePageLocale} takes them. Without a tenant the link named none. */
export async function magicLinkWords(
  { db }: Context,
  tenant: Tenant | undefined,
  wished: readonly (string | null | undefined)[],
): Promise<MagicLinkWords> {
  const locale = choosePageLocale(wished);
  const overrides = tenant === undefined ? {} : (await loadTenantSettings(db, tenant.tenantId)).message_overrides;
  const texts = textsOf(locale, overrides);
  return { locale, say: (id) => (texts[id] ?? '').replaceAll('{tenantName}', tenant?.name ?? '') };
}
