import { Refusal } from '../../contract/errors.ts';
import { showChallenge as route } from '../../contract/pages/challenge.ts';
import type { ChallengePage } from '../../contract/pages/challenge.ts';
import { checkActionToken } from '../../runtime/tokens.ts';
import type { ActionToken } from '../../runtime/tokens.ts';
import { loadPageLook } from '../../storage/queries/page-looks.ts';
import { loadTokenAction } from '../../storage/queries/token-actions.ts';
import type { Tenant } from '../../storage/published.ts';
import { choosePageLocale } from '../../texts/page-locale.ts';
import { pageTenant, textsOf, uiSessionView } from '../client/ui-session-view.ts';
import { everyWebOrigin, webOrigins } from '../expected-origins.ts';
import { omitAbsent } from '../omit-absent.ts';
import { publicOperation } from '../operation.ts';
import type { Context } from '../operation.ts';
import { pageTemplateOf } from '../page-template.ts';

export const showChallenge = publicOperation(route, async (context, { query, acceptLanguage }) => {
  const { published, runtime, publicUrl } = context;
  const { mode, token: given } = query;
  const wished = [query.locale, acceptLanguage];
  const keyOf = (tenantId: string) => published.tenant(tenantId)?.tokenKey;
  const check = checkActionToken(given ?? '', keyOf, publicUrl, runtime.clock.now());
  const token = check.ok || check.reason === 'expired' ? check.token : undefined;
  const tenant = token === undefined ? undefined : published.tenant(token.tenantId);
  if (token === undefined || tenant === undefined) {
    return { mode, page: strangersPage(context, given === undefined, wished) };
  }
  if (!check.ok) return { mode, page: await expiredPage(context, tenant, token, wished) };
  try {
    const session = await uiSessionView(context, { kind: 'client', tenant, token }, wished);
    const template = await pageTemplateOf(context, tenant);
    return { mode, page: omitAbsent({ kind: 'session' as const, session, template }) };
  } catch (error) {
    // The user was deleted since: there is nothing to confirm any more.
    if (error instanceof Refusal) return { mode, page: await expiredPage(context, tenant, token, wished) };
    throw error;
  }
});

/** For a token that names no tenant: what any tenant's app may embed, and nobody's look (ruling 21). */
function strangersPage(context: Context, isMissing: boolean, wished: readonly (string | undefined)[]): ChallengePage {
  const locale = choosePageLocale(wished);
  return {
    kind: 'expired',
    isMissing,
    locale,
    texts: textsOf(locale, {}),
    redirectOnExpiry: false,
    hideWatermark: false,
    expectedOrigins: [...everyWebOrigin(context)],
    expectsLocalhost: context.isDevelopment,
  };
}

/** For a token that is genuine but too old. */
async function expiredPage(
  context: Context,
  tenant: Tenant,
  { tenantId, userId, actionCode, idempotencyKey, actionId }: ActionToken,
  wished: readonly (string | undefined)[],
): Promise<ChallengePage> {
  const { theme, message_overrides: overrides } = await loadPageLook(context.db, tenantId);
  const action = await loadTokenAction(context.db, { tenantId, userId, actionCode, idempotencyKey });
  const own = action?.action_id === actionId ? action : undefined;
  const locale = choosePageLocale([own?.locale, ...wished]);
  return omitAbsent({
    kind: 'expired' as const,
    isMissing: false,
    locale,
    texts: textsOf(locale, overrides),
    tenant: pageTenant(tenant, theme),
    template: await pageTemplateOf(context, tenant),
    redirectUrl: own?.redirect_url ?? undefined,
    redirectOnExpiry: tenant.settings.redirectOnSessionExpiry,
    hideWatermark: tenant.settings.hideAuthsignalLogo,
    expectedOrigins: [...webOrigins(context, tenant)],
    expectsLocalhost: context.isDevelopment,
  });
}
