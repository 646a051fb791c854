import type { LinkPage } from '../contract/pages/still-page.ts';
import type { Tenant } from '../storage/published.ts';
import { loadPageLook } from '../storage/queries/page-looks.ts';
import { fillText } from '../texts/fill-text.ts';
import { choosePageLocale } from '../texts/page-locale.ts';
import type { PageTextId } from '../texts/page-texts.ts';
import { pageTenant, textsOf } from './ui-session-view.ts';
import { omitAbsent } from '../views/omit-absent.ts';
import type { Context } from '../calls/context.ts';
import { pageTemplateOf } from './page-template.ts';

/** How the page of a link looks and what it says: in one language, with the tenant's own look and texts. */
export interface LinkLook {
  readonly look: Omit<LinkPage, 'screen'>;
  say(id: PageTextId): string;
}

/** `wished` are languages as {@link choosePageLocale} takes them. `tenant` is undefined if the link names none. */
export async function linkLook(
  context: Context,
  tenant: Tenant | undefined,
  wished: readonly (string | null | undefined)[],
): Promise<LinkLook> {
  const locale = choosePageLocale(wished);
  const own = tenant === undefined ? undefined : await loadPageLook(context.db, tenant.tenantId);
  const template = tenant === undefined ? undefined : await pageTemplateOf(context, tenant);
  const texts = textsOf(locale, own?.messageOverrides ?? {});
  return {
    look: omitAbsent({
      kind: 'link' as const,
      locale,
      texts,
      tenant: tenant === undefined || own === undefined ? undefined : pageTenant(tenant, own.theme),
      template,
      hideWatermark: tenant?.settings.hideAuthsignalLogo === true,
    }),
    say: (id) => fillText(texts[id] ?? '', { tenantName: tenant?.name ?? '' }),
  };
}

/** For a link that is no longer valid, the same for every reason, so that strangers learn nothing from it. */
export function overPage({ look }: LinkLook): LinkPage {
  return { ...look, screen: { name: 'over' } };
}
