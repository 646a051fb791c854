import type { z } from 'zod';
import { Refusal } from '../../contract/errors.ts';
import { trackAction as route } from '../../contract/server/actions.ts';
import { userActionState } from '../../contract/values.ts';
import { decideAction } from '../../core/actions/decide-action.ts';
import type { DecisionRecord } from '../../core/actions/decide-action.ts';
import { methods } from '../../methods/registry.ts';
import { recordAction } from '../../storage/queries/actions.ts';
import { loadHistory } from '../../storage/queries/history.ts';
import type { History } from '../../storage/queries/history.ts';
import { unconfiguredAction } from '../../storage/published.ts';
import type { PublishedAction, Tenant } from '../../storage/published.ts';
import { issueActionToken } from '../issue-action-token.ts';
import { operation } from '../operation.ts';
import type { Context } from '../operation.ts';
import { readDecisionRecord } from '../read-decision-record.ts';
import { permittedMethods } from '../usable-methods.ts';
import { distinctMethods } from '../wire-values.ts';
import { describeRequest, factInputs, historyAnswers, historyRequest } from './gather-inputs.ts';
import type { Seen } from './gather-inputs.ts';
import { refuseLinkedChange } from './refuse-linked-change.ts';

type TrackBody = z.output<typeof route.body>;

/** One read, a decision without a database, one write. */
export const trackAction = operation(route, async (context, { caller: { tenant }, params, body }) => {
  const { db, runtime, enrichment } = context;
  refuseUnusable(tenant, body);
  const key = {
    tenantId: tenant.tenantId,
    userId: params.userId,
    actionCode: params.action,
    idempotencyKey: body.idempotencyKey ?? runtime.ids.uuid(),
  };
  const nowMs = runtime.clock.now();
  const seen = describeRequest(enrichment, body);
  const configured = tenant.actions.get(params.action);
  const action = configured ?? unconfiguredAction(params.action, tenant.settings.newActionResult);
  const request = historyRequest(key, action, seen, nowMs);
  const history = await loadHistory(db, request);
  const earlier = earlierAction(tenant, body, history);
  if (earlier !== undefined) return trackReply(context, tenant, key, body, history, earlier);

  const { state, record } = decide(context, tenant, action, key, seen, history, nowMs);
  const actionId = runtime.ids.uuid();
  const isRecorded = await recordAction(db, {
    ...key,
    ...attributesOf(body),
    ...placeOf(seen),
    actionId,
    state,
    nowMs,
    decision: JSON.stringify(record),
    newConfigurationResult: configured === undefined ? tenant.settings.newActionResult : undefined,
  });
  if (isRecorded) {
    context.metrics.decided(state);
    return trackReply(context, tenant, key, body, history, { actionId, state, record });
  }

  // Another request with this key was recorded between our read and our write: its action is the answer.
  const now = await loadHistory(db, request);
  const winner = earlierAction(tenant, body, now);
  if (winner === undefined) {
    throw new Refusal('unavailable', 'The action was deleted while it was tracked. Repeat the request.', 1);
  }
  return trackReply(context, tenant, key, body, now, winner);
});

interface TrackedAction {
  readonly actionId: string;
  readonly state: string;
  readonly record: DecisionRecord;
}

/** The action that exists under the key, if any; a repeat of it is answered as it stands, with nothing evaluated (ruling 11). */
function earlierAction(tenant: Tenant, body: TrackBody, history: History): TrackedAction | undefined {
  if (history.earlier_action_id === null || history.earlier_state === null) return undefined;
  refuseLinkedChange(tenant.linkedDataPoints, history.earlier_custom ?? {}, body.custom ?? {});
  return {
    actionId: history.earlier_action_id,
    state: history.earlier_state,
    record: readDecisionRecord(history.earlier_decision),
  };
}

function decide(
  { enrichment }: Context,
  tenant: Tenant,
  action: PublishedAction,
  key: { readonly userId: string; readonly actionCode: string },
  seen: Seen,
  history: History,
  nowMs: number,
) {
  const facts = action.plan.gather(factInputs(tenant, key, seen, history, nowMs));
  const allowed = action.action.verificationMethods ?? tenant.activeMethods;
  return decideAction({
    ruleSet: action,
    evidence: { facts, history: historyAnswers(action, history, nowMs) },
    sources: 'ip' in facts ? enrichment.sources().map(recordedSource) : [],
    user: {
      isEnrolled: history.methods.length > 0,
      hasUsableAuthenticator: history.methods.some(
        (method) => methods.has(method) && tenant.activeMethods.includes(method) && allowed.includes(method),
      ),
    },
    unenrolledUserState: tenant.settings.unenrolledUserState,
  });
}

function recordedSource(source: ReturnType<Context['enrichment']['sources']>[number]) {
  const { name, state, version, ageDays } = source;
  return { name, state, version, ageDays };
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

function attributesOf(body: TrackBody) {
  return {
    redirectUrl: body.redirectUrl,
    redirectToSettings: body.redirectToSettings ?? false,
    userAgent: body.userAgent,
    deviceId: body.deviceId,
    locale: body.locale,
    email: body.email,
    phoneNumber: body.phoneNumber,
    username: body.username,
    custom: body.custom === undefined ? undefined : JSON.stringify(body.custom),
  };
}

/** Where the action came from, for later decisions to compare with. */
function placeOf({ sent, address: { address, country, place } }: Seen) {
  const city = place !== null && place !== 'unknown' && place.precision === 'city' ? place : null;
  return {
    // In its one spelling, so that two spellings of an address are one address to count by.
    ipAddress: address ?? sent.ipAddress,
    countryCode: country === null || country === 'unknown' ? null : country.countryCode,
    latitude: city?.latitude ?? null,
    longitude: city?.longitude ?? null,
  };
}

function trackReply(
  context: Context,
  tenant: Tenant,
  key: { readonly userId: string; readonly actionCode: string; readonly idempotencyKey: string },
  body: TrackBody,
  history: History,
  { actionId, state, record }: TrackedAction,
) {
  const { userId, actionCode, idempotencyKey } = key;
  const token = issueActionToken(context, tenant, {
    userId,
    actionCode,
    idempotencyKey,
    actionId,
    scope: scopesOf(body.scope),
  });
  // What the operator set for the action stands before what the user prefers (management 3.2).
  const defaultMethod = record.demand.defaultVerificationMethod ?? history.default_method;
  return {
    idempotencyKey,
    state: userActionState.parse(state),
    url: challengeUrl(context.publicUrl, token, body),
    token,
    isEnrolled: history.methods.length > 0,
    enrolledVerificationMethods: distinctMethods(history.methods),
    allowedVerificationMethods: distinctMethods(permittedMethods(tenant, record.demand)),
    ...(defaultMethod === null ? {} : { defaultVerificationMethod: distinctMethods([defaultMethod])[0] }),
    ruleIds: record.matched.map(({ ruleId }) => ruleId),
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
