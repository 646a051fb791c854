import type { Context } from '../calls/context.ts';
import type { LinkPage } from '../contract/pages/still-page.ts';
import { linkLook } from './link-page.ts';

/** The page that asks for the click, in the look of the tenant that its address names. */
export async function helpPage(
  anybodys: Context,
  {
    query: { tenant: tenantId = '', locale },
    acceptLanguage,
  }: {
    readonly query: { readonly tenant?: string | undefined; readonly locale?: string | undefined };
    readonly acceptLanguage: string | undefined;
  },
  purpose: 'take' | 'stop',
): Promise<LinkPage> {
  const tenant = anybodys.published.tenant(tenantId);
  const context = tenant === undefined ? anybodys : anybodys.forTenant(tenant.tenantId);
  const { look } = await linkLook(context, tenant, [locale, acceptLanguage]);
  return { ...look, screen: { name: 'help', purpose } };
}
