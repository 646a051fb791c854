import { Refusal } from '../../contract/errors.ts';
import { trackAction as route } from '../../contract/server/actions.ts';
import { userActionState } from '../../contract/values.ts';
import type { Tenant } from '../../storage/published.ts';
import { loadChallenge } from '../../storage/queries/challenges/of-backends.ts';
import type { ChallengeRow } from '../../storage/queries/challenges/of-backends.ts';
import { isUuid } from '../../calls/is-uuid.ts';
import { issueActionToken } from '../../proving/issue-action-token.ts';
import { operation } from '../operation.ts';
import type { Context } from '../../calls/context.ts';
import { givenPowers } from '../../proving/token-powers.ts';
import { permittedMethods } from '../../telling/usable-methods.ts';
import { distinctMethods } from '../../views/wire-values.ts';
import { bindChallenge, requireBindable } from '../../proving/bind-challenge.ts';
import { establishAction } from '../../deciding/establish-action.ts';
import type { EstablishedAction } from '../../deciding/establish-action.ts';
import type { z } from 'zod';

type TrackBody = z.output<typeof route.body>;

export const trackAction = operation(route, async (context, request) => {
  const { params, body } = request;
  const { tenant } = request.caller;
  requireTrackable(tenant, body);
  const challenge = body.challengeId === undefined ? undefined : await openChallenge(context, tenant, body.challengeId);
  const named = {
    tenantId: tenant.tenantId,
    userId: params.userId,
    actionCode: params.action,
    // The challenge was created for one occurrence: this one, unless the request names another.
    idempotencyKey: body.idempotencyKey ?? challenge?.idempotencyKey,
  };
  if (challenge === undefined) {
    return trackReply(context, tenant, named, body, await establishAction(context, tenant, named, 'track', body));
  }
  const key = { ...named, idempotencyKey: named.idempotencyKey ?? challenge.idempotencyKey };
  requireBindable(challenge, key);
  const established = await establishAction(context, tenant, key, 'track', body);
  const state = await bindChallenge(context, request, challenge.challengeId, key, (held) => requireBindable(held, key));
  return trackReply(context, tenant, key, body, { ...established, state: state ?? established.state });
});

/** @throws {Refusal} `invalid_request` */
async function openChallenge({ db, runtime }: Context, tenant: Tenant, challengeId: string): Promise<ChallengeRow> {
  const challenge = isUuid(challengeId) ? await loadChallenge(db, tenant.tenantId, challengeId) : undefined;
  if (challenge === undefined || challenge.expiresAt <= runtime.clock.now()) {
    throw new Refusal('invalid_request', 'challengeId names no open challenge.');
  }
  return challenge;
}

function requireTrackable(tenant: Tenant, body: TrackBody): void {
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

function trackReply(
  context: Context,
  tenant: Tenant,
  { userId, actionCode }: { readonly userId: string; readonly actionCode: string },
  body: TrackBody,
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
function challengeUrl(publicUrl: string, token: string, { customDomain, locale }: TrackBody): string {
  const origin = customDomain === undefined ? publicUrl : `https://${customDomain}`;
  const language = locale === undefined ? '' : `&locale=${encodeURIComponent(locale)}`;
  return `${origin}/challenge?token=${token}${language}`;
}
