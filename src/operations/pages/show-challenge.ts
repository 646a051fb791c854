import { Refusal, errorCatalogue } from '../../contract/errors.ts';
import { showChallenge as route } from '../../contract/pages/challenge.ts';
import type { ChallengePage } from '../../contract/pages/challenge.ts';
import type { StrangerPage } from '../../contract/pages/still-page.ts';
import { checkActionToken } from '../../runtime/tokens.ts';
import type { ActionToken } from '../../runtime/tokens.ts';
import { loadPageLook } from '../../storage/queries/page-looks.ts';
import { loadTokenAction } from '../../storage/queries/token-actions.ts';
import type { Tenant } from '../../storage/published.ts';
import { choosePageLocale } from '../../texts/page-locale.ts';
import { pageTenant, textsOf, uiSessionView } from '../client/ui-session-view.ts';
import { isExpectedOrigin, relyingPartyOf, webOrigins } from '../expected-origins.ts';
import { omitAbsent } from '../omit-absent.ts';
import { publicOperation } from '../operation.ts';
import type { Context } from '../operation.ts';
import { pageTemplateOf } from '../page-template.ts';

export const showChallenge = publicOperation(route, async (context, { query, acceptLanguage, sender }) => {
  const { published, runtime, publicUrl } = context;
  const { mode, token: given } = query;
  const wished = [query.locale, acceptLanguage];
  const keyOf = (tenantId: string) => published.tenant(tenantId)?.tokenKey;
  const check = checkActionToken(given ?? '', keyOf, publicUrl, runtime.clock.now());
  const token = check.ok || check.reason === 'expired' ? check.token : undefined;
  const tenant = token === undefined ? undefined : published.tenant(token.tenantId);
  if (token === undefined || tenant === undefined) {
    const isMissing = given === undefined;
    return { mode, page: strangerPage(isMissing ? 'invalid_token' : 'expired_token', isMissing, wished) };
  }
  if (sender.framedBy !== undefined && !isExpectedOrigin(context, tenant, sender.framedBy)) {
    return { mode, page: strangerPage('forbidden', false, wished) };
  }
  const own = context.forTenant(tenant.tenantId);
  if (!check.ok) return { mode, page: await expiredPage(own, tenant, token, wished) };
  try {
    const session = await uiSessionView(own, { kind: 'client', tenant, token }, wished);
    const template = await pageTemplateOf(own, tenant);
    const frameAncestors = [...relyingPartyOf(context, tenant).ancestors];
    return { mode, page: omitAbsent({ kind: 'session' as const, session, template, frameAncestors }) };
  } catch (error) {
    // The user was deleted since: there is nothing to confirm any more.
    if (error instanceof Refusal) return { mode, page: await expiredPage(own, tenant, token, wished) };
    throw error;
  }
});

/** Of no tenant, in nobody's look: for a token that names none, and in the frame of a page that is not its tenant's. */
function strangerPage(
  errorCode: StrangerPage['errorCode'],
  isMissing: boolean,
  wished: readonly (string | undefined)[],
): StrangerPage {
  const locale = choosePageLocale(wished);
  const { status: statusCode } = errorCatalogue[errorCode];
  return { kind: 'stranger', locale, texts: textsOf(locale, {}), errorCode, statusCode, isMissing };
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
    locale,
    texts: textsOf(locale, overrides),
    tenant: pageTenant(tenant, theme),
    template: await pageTemplateOf(context, tenant),
    frameAncestors: [...relyingPartyOf(context, tenant).ancestors],
    redirectUrl: own?.redirect_url ?? undefined,
    redirectOnExpiry: tenant.settings.redirectOnSessionExpiry,
    hideWatermark: tenant.settings.hideAuthsignalLogo,
    expectedOrigins: [...webOrigins(context, tenant)],
    expectsLocalhost: context.isDevelopment,
  });
}
