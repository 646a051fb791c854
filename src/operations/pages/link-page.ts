import type { LinkPage } from '../../contract/pages/still-page.ts';
import type { Tenant } from '../../storage/published.ts';
import { loadTenantSettings } from '../../storage/queries/tenant-settings.ts';
import { fillText } from '../../texts/fill-text.ts';
import { choosePageLocale } from '../../texts/page-locale.ts';
import type { PageTextId } from '../../texts/page-texts.ts';
import { pageTenant, textsOf } from '../client/ui-session-view.ts';
import type { Context } from '../operation.ts';

/** How the page behind a link looks and what it says: in one language, with the tenant's own look and words. */
export interface LinkLook {
  readonly look: Omit<LinkPage, 'screen'>;
  say(id: PageTextId): string;
}

/** `wished` are languages as {@link choosePageLocale} takes them. Without a tenant the link named none. */
export async function linkLook(
  { db }: Context,
  tenant: Tenant | undefined,
  wished: readonly (string | null | undefined)[],
): Promise<LinkLook> {
  const locale = choosePageLocale(wished);
  const own = tenant === undefined ? undefined : await loadTenantSettings(db, tenant.tenantId);
  const texts = textsOf(locale, own?.message_overrides ?? {});
  return {
    look: {
      kind: 'link',
      locale,
      texts,
      ...(tenant === undefined || own === undefined ? {} : { tenant: pageTenant(tenant, own.theme) }),
      hideWatermark: tenant?.settings.hideAuthsignalLogo === true,
    },
    say: (id) => fillText(texts[id] ?? '', { tenantName: tenant?.name ?? '' }),
  };
}

/** For a link that is no longer good, whatever the reason: strangers learn nothing from it. */
export function overPage({ look }: LinkLook): LinkPage {
  return { ...look, screen: { name: 'over' } };
}
