import { Refusal, errorCatalogue } from '../../contract/errors.ts';
import { showChallenge as route } from '../../contract/pages/challenge.ts';
import type { ChallengePage } from '../../contract/pages/challenge.ts';
import type { StrangerPage } from '../../contract/pages/still-page.ts';
import { checkActionToken } from '../../runtime/tokens.ts';
import type { ActionToken } from '../../runtime/tokens.ts';
import { loadPageLook } from '../../storage/queries/page-looks.ts';
import { loadTokenAction } from '../../storage/queries/actions/of-token.ts';
import type { Tenant } from '../../storage/published.ts';
import { choosePageLocale } from '../../texts/page-locale.ts';
import { pageTenant, textsOf, uiSessionView } from '../../showing/ui-session-view.ts';
import { isExpectedOrigin, relyingPartyOf, webOrigins } from '../../configuring/expected-origins.ts';
import { omitAbsent } from '../../views/omit-absent.ts';
import { operation } from '../operation.ts';
import type { Context } from '../../calls/context.ts';
import { pageTemplateOf } from '../../showing/page-template.ts';

export const showChallenge = operation(route, async (context, { query, acceptLanguage, sender }) => {
  const { published, runtime, publicUrl } = context;
  const { mode, token: given } = query;
  const wished = [query.locale, acceptLanguage];
  const keyOf = (tenantId: string) => published.tenant(tenantId)?.tokenKey;
  const check = checkActionToken(given ?? '', keyOf, publicUrl, runtime.clock.now());
  const token = check.ok || check.reason === 'expired' ? check.token : undefined;
  const tenant = token === undefined ? undefined : published.tenant(token.tenantId);
  if (token === undefined || tenant === undefined) {
    const isMissing = given === undefined;
    return { mode, page: strangerPage(isMissing ? 'invalid_token' : 'expired_token', wished, { isMissing }) };
  }
  if (sender.framedBy !== undefined && !isExpectedOrigin(context, tenant, sender.framedBy)) {
    return { mode, page: strangerPage('forbidden', wished, { isMissing: false }) };
  }
  const own = context.forTenant(tenant.tenantId);
  if (!check.ok) return { mode, page: await expiredPage(own, tenant, token, wished) };
  try {
    const visitor = { wishedLocales: wished, ipAddress: sender.ipAddress };
    const session = await uiSessionView(own, { kind: 'client', tenant, token }, visitor);
    const template = await pageTemplateOf(own, tenant);
    const frameAncestors = [...relyingPartyOf(context, tenant).ancestors];
    return { mode, page: omitAbsent({ kind: 'session' as const, session, template, frameAncestors }) };
  } catch (error) {
    // The user was deleted in the meantime, so there is nothing left to confirm.
    if (error instanceof Refusal) return { mode, page: await expiredPage(own, tenant, token, wished) };
    throw error;
  }
});

/**
 * A page without a tenant and its look: for a token that names no tenant, and in a frame of a page that is not the
 * tenant's.
 */
function strangerPage(
  errorCode: StrangerPage['errorCode'],
  wished: readonly (string | undefined)[],
  { isMissing }: Pick<StrangerPage, 'isMissing'>,
): StrangerPage {
  const locale = choosePageLocale(wished);
  const { status: statusCode } = errorCatalogue[errorCode];
  return { kind: 'stranger', locale, texts: textsOf(locale, {}), errorCode, statusCode, isMissing };
}

/** The page for a token that is genuine, but has expired. */
async function expiredPage(
  context: Context,
  tenant: Tenant,
  { tenantId, userId, actionCode, idempotencyKey, actionId }: ActionToken,
  wished: readonly (string | undefined)[],
): Promise<ChallengePage> {
  const { theme, messageOverrides: overrides } = await loadPageLook(context.db, tenantId);
  const action = await loadTokenAction(context.db, { tenantId, userId, actionCode, idempotencyKey });
  const own = action?.actionId === actionId ? action : undefined;
  const locale = choosePageLocale([own?.locale, ...wished]);
  return omitAbsent({
    kind: 'expired' as const,
    locale,
    texts: textsOf(locale, overrides),
    tenant: pageTenant(tenant, theme),
    template: await pageTemplateOf(context, tenant),
    frameAncestors: [...relyingPartyOf(context, tenant).ancestors],
    redirectUrl: own?.redirectUrl ?? undefined,
    redirectOnExpiry: tenant.settings.redirectOnSessionExpiry,
    hideWatermark: tenant.settings.hideAuthsignalLogo,
    expectedOrigins: [...webOrigins(context, tenant)],
    expectsLocalhost: context.isDevelopment,
  });
}
