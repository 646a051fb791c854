import { Refusal } from '../../contract/errors.ts';
import { trackAction as route } from '../../contract/server/actions.ts';
import { userActionState } from '../../contract/values.ts';
import type { Tenant } from '../../storage/published.ts';
import { loadChallenge } from '../../storage/queries/challenges.ts';
import type { ChallengeRow } from '../../storage/queries/challenges.ts';
import { isUuid } from '../is-uuid.ts';
import { issueActionToken } from '../issue-action-token.ts';
import { operation } from '../operation.ts';
import type { Context } from '../operation.ts';
import { givenPowers } from '../../proving/token-powers.ts';
import { permittedMethods } from '../usable-methods.ts';
import { distinctMethods } from '../wire-values.ts';
import { bindChallenge, refuseUnbindable } from './bind-challenge.ts';
import { establishAction } from './establish-action.ts';
import type { EstablishedAction } from './establish-action.ts';
import type { z } from 'zod';

type TrackBody = z.output<typeof route.body>;

export const trackAction = operation(route, async (context, request) => {
  const { params, body } = request;
  const { tenant } = request.caller;
  refuseUnusable(tenant, body);
  const challenge = body.challengeId === undefined ? undefined : await openChallenge(context, tenant, body.challengeId);
  const key = {
    tenantId: tenant.tenantId,
    userId: params.userId,
    actionCode: params.action,
    // The challenge was made for one occurrence, which is this one unless another is named.
    idempotencyKey: body.idempotencyKey ?? challenge?.idempotency_key ?? context.runtime.ids.uuid(),
  };
  if (challenge === undefined) {
    return trackReply(context, tenant, key, body, await establishAction(context, tenant, key, 'track', body));
  }
  refuseUnbindable(challenge, key);
  const established = await establishAction(context, tenant, key, 'track', body);
  const state = await bindChallenge(context, request, challenge.challenge_id, key, (held) =>
    refuseUnbindable(held, key),
  );
  return trackReply(context, tenant, key, body, { ...established, state: state ?? established.state });
});

/** @throws {Refusal} `invalid_request` */
async function openChallenge({ db, runtime }: Context, tenant: Tenant, challengeId: string): Promise<ChallengeRow> {
  const challenge = isUuid(challengeId) ? await loadChallenge(db, tenant.tenantId, challengeId) : undefined;
  if (challenge === undefined || challenge.expires_at <= runtime.clock.now()) {
    throw new Refusal('invalid_request', 'challengeId names no open challenge.');
  }
  return challenge;
}

function refuseUnusable(tenant: Tenant, body: TrackBody): void {
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
  key: { readonly userId: string; readonly actionCode: string; readonly idempotencyKey: string },
  body: TrackBody,
  { actionId, state, record, history }: EstablishedAction,
) {
  const { userId, actionCode, idempotencyKey } = key;
  const token = issueActionToken(context, tenant, {
    userId,
    actionCode,
    idempotencyKey,
    actionId,
    ...givenPowers(scopesOf(body.scope)),
  });
  const allowed = permittedMethods(context, tenant, record.demand);
  if (allowed.length === 0 && state === 'CHALLENGE_REQUIRED') warnOfDeadEnd(context, tenant);
  // What the operator set for the action stands before what the user prefers (management 3.2).
  const defaultMethod = record.demand.defaultVerificationMethod ?? history.default_method;
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

/** Nobody gets past such a challenge, and only the operator can change that. */
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

// The query must stand there from the start: SDKs append `&mode=popup` as text.
function challengeUrl(publicUrl: string, token: string, { customDomain, locale }: TrackBody): string {
  const origin = customDomain === undefined ? publicUrl : `https://${customDomain}`;
  const language = locale === undefined ? '' : `&locale=${encodeURIComponent(locale)}`;
  return `${origin}/challenge?token=${token}${language}`;
}
