import type { z } from 'zod';
import { Refusal } from '../../contract/errors.ts';
import { trackAction as route } from '../../contract/server/actions.ts';
import { userActionState } from '../../contract/values.ts';
import { decideAction } from '../../core/actions/decide-action.ts';
import { gatherFacts } from '../../core/facts/gather-facts.ts';
import { recordAction } from '../../storage/queries/actions.ts';
import { loadHistory } from '../../storage/queries/history.ts';
import type { History } from '../../storage/queries/history.ts';
import type { Tenant } from '../../storage/published.ts';
import { issueActionToken } from '../issue-action-token.ts';
import { operation } from '../operation.ts';
import type { Context } from '../operation.ts';
import { usableMethods } from '../usable-methods.ts';
import { distinctMethods } from '../wire-values.ts';

type TrackBody = z.output<typeof route.body>;

/** One read, a decision without a database, one write. */
export const trackAction = operation(route, async (context, { caller: { tenant }, params, body }) => {
  const { db, runtime } = context;
  refuseUnusable(tenant, body);
  const key = {
    tenantId: tenant.tenantId,
    userId: params.userId,
    actionCode: params.action,
    idempotencyKey: body.idempotencyKey ?? runtime.ids.uuid(),
  };
  const nowMs = runtime.clock.now();
  const history = await loadHistory(db, key);
  const earlier = earlierAction(history);
  if (earlier !== undefined) return trackReply(context, tenant, key, body, history, earlier);

  const configuration = tenant.actionConfigurations.get(params.action);
  const defaultOutcome = configuration?.default_result ?? tenant.settings.newActionResult;
  const facts = gatherFacts({ userId: key.userId, actionCode: key.actionCode }, body, history.methods);
  const { state, record } = decideAction(facts, defaultOutcome, tenant.settings);
  const actionId = runtime.ids.uuid();
  const isRecorded = await recordAction(db, {
    ...key,
    actionId,
    state,
    nowMs,
    redirectUrl: body.redirectUrl,
    redirectToSettings: body.redirectToSettings ?? false,
    ipAddress: body.ipAddress,
    userAgent: body.userAgent,
    deviceId: body.deviceId,
    locale: body.locale,
    decision: JSON.stringify(record),
    email: body.email,
    phoneNumber: body.phoneNumber,
    username: body.username,
    newConfigurationResult: configuration === undefined ? defaultOutcome : undefined,
  });
  if (isRecorded) {
    context.metrics.decided(state);
    return trackReply(context, tenant, key, body, history, { actionId, state });
  }

  // Another request with this key was recorded between our read and our write: its action is the answer.
  const now = await loadHistory(db, key);
  const winner = earlierAction(now);
  if (winner === undefined)
    throw new Refusal('unavailable', 'The action was deleted while it was tracked. Repeat the request.', 1);
  return trackReply(context, tenant, key, body, now, winner);
});

interface TrackedAction {
  readonly actionId: string;
  readonly state: string;
}

function earlierAction(history: History): TrackedAction | undefined {
  if (history.earlier_action_id === null || history.earlier_state === null) return undefined;
  return { actionId: history.earlier_action_id, state: history.earlier_state };
}

function refuseUnusable(tenant: Tenant, body: TrackBody): void {
  if (tenant.activeMethods.length === 0) {
    throw new Refusal(
      'AUTHENTICATOR_NOT_FOUND',
      'No authenticator is configured. Activate at least one verification method.',
    );
  }
  if (body.challengeId !== undefined) throw new Refusal('invalid_request', 'challengeId names no open challenge.');
  const { allowedRedirectUrls } = tenant.settings;
  if (
    body.redirectUrl !== undefined &&
    allowedRedirectUrls.length > 0 &&
    !allowedRedirectUrls.includes(body.redirectUrl)
  ) {
    throw new Refusal('invalid_request', "redirectUrl is not among the tenant's allowed redirect URLs.");
  }
}

function trackReply(
  context: Context,
  tenant: Tenant,
  key: { readonly userId: string; readonly actionCode: string; readonly idempotencyKey: string },
  body: TrackBody,
  history: History,
  action: TrackedAction,
) {
  const token = issueActionToken(context, tenant, {
    userId: key.userId,
    actionCode: key.actionCode,
    idempotencyKey: key.idempotencyKey,
    actionId: action.actionId,
    scope: scopesOf(body.scope),
  });
  const [defaultMethod] = history.default_method === null ? [] : distinctMethods([history.default_method]);
  return {
    idempotencyKey: key.idempotencyKey,
    state: userActionState.parse(action.state),
    url: challengeUrl(context.publicUrl, token, body),
    token,
    isEnrolled: history.methods.length > 0,
    enrolledVerificationMethods: distinctMethods(history.methods),
    allowedVerificationMethods: distinctMethods(usableMethods(tenant)),
    ...(defaultMethod === undefined ? {} : { defaultVerificationMethod: defaultMethod }),
    ruleIds: [],
  };
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
