import { Refusal } from '../../contract/errors.ts';
import { decideAction } from '../../core/actions/decide-action.ts';
import type { DecisionRecord } from '../../core/actions/decide-action.ts';
import { recordAction } from '../../storage/queries/actions.ts';
import type { ActionKey } from '../../storage/queries/actions.ts';
import { loadHistory } from '../../storage/queries/history.ts';
import type { History } from '../../storage/queries/history.ts';
import { unconfiguredAction } from '../../storage/published.ts';
import type { PublishedAction, Tenant } from '../../storage/published.ts';
import type { Context } from '../operation.ts';
import { readDecisionRecord } from '../read-decision-record.ts';
import { usableMethods } from '../usable-methods.ts';
import { describeRequest, factInputs, historyAnswers, historyRequest } from './gather-inputs.ts';
import type { Seen, Sent } from './gather-inputs.ts';
import { refuseLinkedChange } from './refuse-linked-change.ts';

/** What comes with an action beside what facts are made from. */
export interface ActionAttributes extends Sent {
  readonly redirectUrl?: string | undefined;
  readonly redirectToSettings?: boolean | undefined;
  readonly locale?: string | undefined;
  readonly username?: string | undefined;
}

/** An action that stands in the database, with what was read to decide it. */
export interface EstablishedAction {
  readonly actionId: string;
  readonly state: string;
  readonly record: DecisionRecord;
  readonly history: History;
}

/**
 * The action under a key: the one that exists, as it stands, or a new one that is decided and recorded now. One read, a
 * decision without a database, one write. Whoever makes an action makes it here, so none is ever without a decision.
 */
export async function establishAction(
  context: Context,
  tenant: Tenant,
  key: ActionKey,
  attributes: ActionAttributes,
): Promise<EstablishedAction> {
  const { db, runtime, enrichment } = context;
  const nowMs = runtime.clock.now();
  const seen = describeRequest(enrichment, attributes);
  const configured = tenant.actions.get(key.actionCode);
  const action = configured ?? unconfiguredAction(key.actionCode, tenant.settings.newActionResult);
  const request = historyRequest(key, action, seen, nowMs);
  const history = await loadHistory(db, request);
  const earlier = earlierAction(tenant, attributes, history);
  if (earlier !== undefined) return earlier;

  const { state, record } = decide(context, tenant, action, key, seen, history, nowMs);
  const actionId = runtime.ids.uuid();
  const place = placeOf(seen.address);
  const isRecorded = await recordAction(db, {
    actionId,
    state,
    nowMs,
    decision: JSON.stringify(record),
    newConfigurationResult: configured === undefined ? tenant.settings.newActionResult : undefined,
    // Listed one by one: see issue-action-token.
    tenantId: key.tenantId,
    userId: key.userId,
    actionCode: key.actionCode,
    idempotencyKey: key.idempotencyKey,
    redirectUrl: attributes.redirectUrl,
    redirectToSettings: attributes.redirectToSettings ?? false,
    userAgent: attributes.userAgent,
    deviceId: attributes.deviceId,
    locale: attributes.locale,
    email: attributes.email,
    phoneNumber: attributes.phoneNumber,
    username: attributes.username,
    custom: attributes.custom === undefined ? undefined : JSON.stringify(attributes.custom),
    // In its one spelling, so that two spellings of an address are one address to count by.
    ipAddress: seen.address.address ?? attributes.ipAddress,
    countryCode: place.countryCode,
    latitude: place.latitude,
    longitude: place.longitude,
  });
  if (isRecorded) {
    context.metrics.decided(state);
    return { actionId, state, record, history };
  }

  // Another request with this key was recorded between our read and our write: its action is the answer.
  const winner = earlierAction(tenant, attributes, await loadHistory(db, request));
  if (winner !== undefined) return winner;
  throw new Refusal('unavailable', 'The action was deleted while it was tracked. Repeat the request.', 1);
}

/** The action that exists under the key, if any; a repeat of it is answered as it stands, with nothing evaluated (ruling 11). */
function earlierAction(tenant: Tenant, attributes: ActionAttributes, history: History): EstablishedAction | undefined {
  if (history.earlier_action_id === null || history.earlier_state === null) return undefined;
  refuseLinkedChange(tenant.linkedDataPoints, history.earlier_custom ?? {}, attributes.custom ?? {});
  return {
    actionId: history.earlier_action_id,
    state: history.earlier_state,
    record: readDecisionRecord(history.earlier_decision),
    history,
  };
}

function decide(
  context: Context,
  tenant: Tenant,
  action: PublishedAction,
  key: { readonly userId: string; readonly actionCode: string },
  seen: Seen,
  history: History,
  nowMs: number,
) {
  const facts = action.plan.gather(factInputs(tenant, key, seen, history, nowMs));
  const usable = usableMethods(context, tenant);
  const allowed = action.action.verificationMethods ?? usable;
  return decideAction({
    ruleSet: action,
    evidence: { facts, history: historyAnswers(action, history, nowMs) },
    sources: 'ip' in facts ? context.enrichment.sources().map(recordedSource) : [],
    user: {
      isEnrolled: history.methods.length > 0,
      hasUsableAuthenticator: history.methods.some((method) => usable.includes(method) && allowed.includes(method)),
    },
    unenrolledUserState: tenant.settings.unenrolledUserState,
  });
}

function recordedSource(source: ReturnType<Context['enrichment']['sources']>[number]) {
  const { name, state, version, ageDays } = source;
  return { name, state, version, ageDays };
}

/** Where the action came from, for later decisions to compare with. */
function placeOf({ country, place }: Seen['address']) {
  const city = place !== null && place !== 'unknown' && place.precision === 'city' ? place : null;
  return {
    countryCode: country === null || country === 'unknown' ? null : country.countryCode,
    latitude: city?.latitude ?? null,
    longitude: city?.longitude ?? null,
  };
}
