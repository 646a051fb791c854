/** What a track checks before it decides, and what it answers; operators who try an action out get the same. */
import { Refusal } from '../contract/errors.ts';
import { userActionState } from '../contract/values.ts';
import type { Tenant } from '../storage/published.ts';
import type { Context } from '../calls/context.ts';
import type { EstablishedAction } from '../deciding/establish-action.ts';
import { permittedMethods } from '../telling/usable-methods.ts';
import { distinctMethods } from '../views/wire-values.ts';
import { issueActionToken } from './issue-action-token.ts';
import { givenPowers } from './token-powers.ts';

/** What a caller asks of the answer, beside what is decided from. */
interface Asked {
  readonly redirectUrl?: string | undefined;
  readonly customDomain?: string | undefined;
  readonly locale?: string | undefined;
  readonly scope?: string | undefined;
}

/** @throws {Refusal} `invalid_request` */
export function requireTrackable(tenant: Tenant, body: Asked): void {
  if (tenant.activeMethods.length === 0) {
    throw new Refusal(
      'AUTHENTICATOR_NOT_FOUND',
      'No authenticator is configured. Activate at least one verification method.',
    );
  }
  const { allowedRedirectUrls } = tenant.settings;
  if (
    body.redirectUrl !== undefined &&
    allowedRedirectUrls.length > 0 &&
    !allowedRedirectUrls.includes(body.redirectUrl)
  ) {
    throw new Refusal('invalid_request', "redirectUrl is not among the tenant's allowed redirect URLs.");
  }
  const { customDomain, customDomains } = tenant.settings;
  const named = body.customDomain?.toLowerCase();
  if (named !== undefined && ![customDomain, ...customDomains].some((listed) => listed?.toLowerCase() === named)) {
    throw new Refusal('invalid_request', "customDomain is not among the tenant's customDomains.");
  }
}

export function trackReply(
  context: Context,
  tenant: Tenant,
  { userId, actionCode }: { readonly userId: string; readonly actionCode: string },
  body: Asked,
  { actionId, idempotencyKey, state, record, history }: EstablishedAction,
) {
  const token = issueActionToken(context, tenant, {
    userId,
    actionCode,
    idempotencyKey,
    actionId,
    ...givenPowers(scopesOf(body.scope)),
  });
  const allowed = permittedMethods(context, tenant, record.demand);
  if (allowed.length === 0 && state === 'CHALLENGE_REQUIRED') warnOfDeadEnd(context, tenant);
  // The operator's setting for the action takes precedence over the user's default (management-and-rules 3.2).
  const defaultMethod = record.demand.defaultVerificationMethod ?? history.defaultMethod;
  return {
    idempotencyKey,
    state: userActionState.parse(state),
    url: challengeUrl(context.publicUrl, token, body),
    token,
    isEnrolled: history.methods.length > 0,
    enrolledVerificationMethods: distinctMethods(history.methods),
    allowedVerificationMethods: distinctMethods(allowed),
    ...(defaultMethod === null ? {} : { defaultVerificationMethod: distinctMethods([defaultMethod])[0] }),
    ruleIds: record.matched.map(({ ruleId }) => ruleId),
  };
}

/** No user can complete such a challenge, and only the operator can change that. */
function warnOfDeadEnd({ warnOnceAMinute }: Context, { tenantId }: Tenant): void {
  warnOnceAMinute(
    `no method in ${tenantId}`,
    `Tenant ${tenantId}: an action asks for a challenge, and no method that can be used now is strong enough and permitted for it.`,
  );
}

/** Reading is always permitted; the rest is the backend's decision. */
function scopesOf(asked: string | undefined): string {
  const parts = (asked ?? '').split(' ').filter((part) => part !== '');
  return [...new Set(['read:authenticators', ...parts])].join(' ');
}

// The URL needs a query from the start: SDKs append `&mode=popup` as text.
function challengeUrl(publicUrl: string, token: string, { customDomain, locale }: Asked): string {
  const origin = customDomain === undefined ? publicUrl : `https://${customDomain}`;
  const language = locale === undefined ? '' : `&locale=${encodeURIComponent(locale)}`;
  return `${origin}/challenge?token=${token}${language}`;
}
