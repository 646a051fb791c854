import { Refusal } from '../../contract/errors.ts';
import { decideAction } from '../../core/actions/decide-action.ts';
import type { DecisionRecord } from '../../core/actions/decide-action.ts';
import { quotas } from '../../core/quotas.ts';
import { trackPaths } from '../../core/facts/facts.ts';
import { UNKNOWN } from '../../core/rules/value.ts';
import { decideAgain } from '../../storage/queries/action-decisions.ts';
import { makeRoomForAction } from '../../storage/queries/departed-users.ts';
import type { ProofTerms } from '../../storage/queries/action-decisions.ts';
import { recordAction } from '../../storage/queries/actions.ts';
import type { ActionKey } from '../../storage/queries/actions.ts';
import { loadHistory } from '../../storage/queries/history.ts';
import type { History } from '../../storage/queries/history.ts';
import { unconfiguredAction } from '../../storage/published.ts';
import type { PublishedAction, Tenant } from '../../storage/published.ts';
import { webhookOf } from '../../proving/confirm-by-webhook.ts';
import type { Context } from '../operation.ts';
import { readDecisionRecord } from '../read-decision-record.ts';
import { usableMethods } from '../usable-methods.ts';
import { describeRequest, factInputs, historyAnswers, historyRequest, unreadableInputs } from './gather-inputs.ts';
import type { Seen, Sent } from './gather-inputs.ts';
import { refuseLinkedChange } from './refuse-linked-change.ts';
import { refuseReservedUserId } from './refuse-reserved-user-id.ts';

/** What comes with an action beside what facts are made from. */
export interface ActionAttributes extends Sent {
  readonly custom?: Readonly<Record<string, unknown>> | undefined;
  readonly redirectUrl?: string | undefined;
  readonly redirectToSettings?: boolean | undefined;
  readonly locale?: string | undefined;
  readonly username?: string | undefined;
}

/**
 * What brings an action: a backend that tracks it, or a challenge that begins it before. Only a track decides for good and
 * makes a configuration (ruling 36).
 */
export type Occasion = 'track' | 'challenge';

/** An action that stands in the database, with what was read to decide it. */
export interface EstablishedAction {
  readonly actionId: string;
  readonly state: string;
  readonly record: DecisionRecord;
  readonly history: History;
}

// Somebody else can be first twice, with a challenge and with what a backend sends to one; the third is the track.
const triesMax = 4;

/**
 * The action under a key: the one that exists, as it stands, or a new one that is decided and recorded now. One read, a
 * decision without a database, one write. Whoever makes an action makes it here, so none is ever without a decision. One
 * that a challenge began is decided again by its track.
 */
export async function establishAction(
  context: Context,
  tenant: Tenant,
  key: ActionKey,
  occasion: Occasion,
  attributes: ActionAttributes,
): Promise<EstablishedAction> {
  const { db, runtime, enrichment } = context;
  await refuseReservedUserId(db, key.tenantId, key.userId);
  const nowMs = runtime.clock.now();
  const isTracked = occasion === 'track';
  const isCustomKnown = isTracked || attributes.custom !== undefined;
  const seen = describeRequest(enrichment, isCustomKnown ? attributes : { ...attributes, custom: UNKNOWN });
  if (seen.address.isUnreadable) warnOfAddress(context, key.tenantId);
  const configured = tenant.actions.get(key.actionCode);
  const action = configured ?? unconfiguredAction(key.actionCode, tenant.settings.newActionResult);
  const request = historyRequest(key, action, seen, nowMs);
  const isConfigurationDue = isTracked && configured === undefined;
  // Then nobody waits for the tenant's row to be told so once more.
  const isFull = tenant.actions.size >= quotas.actionConfigurationsByTracking.max;
  for (let triesLeft = triesMax; triesLeft > 0; triesLeft -= 1) {
    const history = await loadHistory(db, request);
    const earlier = earlierAction(tenant, attributes, history);
    if (earlier !== undefined && (history.earlier_is_tracked === true || !tellsMore(isTracked, attributes, history))) {
      return earlier;
    }
    const { state: decidedState, record, faults } = decide(context, tenant, action, key, seen, history, nowMs);
    if (faults.length > 0) warnOfFaults(context, key, faults);
    const place = placeOf(seen.address);
    const decided = {
      actionId: earlier?.actionId ?? runtime.ids.uuid(),
      state: decidedState,
      isTracked,
      nowMs,
      decision: JSON.stringify(record),
      newConfigurationResult: isConfigurationDue && !isFull ? tenant.settings.newActionResult : undefined,
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
      ...addressOf(seen),
      countryCode: place.countryCode,
      isPlaceUnknown: seen.address.place === 'unknown',
      latitude: place.latitude,
      longitude: place.longitude,
    };
    const stored =
      earlier === undefined
        ? await recordAction(db, decided)
        : await decideAgain(db, decided, proofTerms(tenant, key, record, nowMs));
    if (stored !== undefined) {
      if (isConfigurationDue && (isFull || stored.has_configuration === false)) warnOfQuota(context, key);
      context.metrics.decided(stored.state);
      return { actionId: decided.actionId, state: stored.state, record, history };
    }
    // Another request under this key was first between our read and our write: what it has stored is looked at again. Or it
    // is an action of an earlier user of this id, not gone yet.
    if (earlier === undefined) await makeRoomForAction(db, key);
  }
  throw new Refusal('unavailable', 'The action changed while it was tracked. Repeat the request.', 1);
}

/** The action that exists under the key, if any. It is one with what was sent for it before (ruling 11). */
function earlierAction(tenant: Tenant, attributes: ActionAttributes, history: History): EstablishedAction | undefined {
  if (history.earlier_action_id === null || history.earlier_state === null) return undefined;
  const record = readDecisionRecord(history.earlier_decision);
  // What it was decided without cannot differ, also where somebody has set its state before its track.
  const isCustomKnown = history.earlier_is_tracked === true || history.earlier_custom !== null;
  if (isCustomKnown && record.inputs.awaited === undefined) {
    refuseLinkedChange(tenant.linkedDataPoints, history.earlier_custom ?? {}, attributes.custom ?? {});
  }
  return { actionId: history.earlier_action_id, state: history.earlier_state, record, history };
}

/** Whether a request tells more of an untracked action than the one that it was decided by. */
function tellsMore(isTracked: boolean, { custom }: ActionAttributes, { earlier_custom: earlier }: History): boolean {
  return isTracked || (custom !== undefined && earlier === null);
}

/** Which proofs that were given before a decision count for it: of one token's life, as the decision demands. */
function proofTerms(tenant: Tenant, { actionCode }: ActionKey, { outcome }: DecisionRecord, nowMs: number): ProofTerms {
  return {
    sinceMs: nowMs - tenant.settings.tokenDurationInMinutes * 60_000,
    mustBeConfirmed: webhookOf(tenant, actionCode) !== undefined,
    isAnyEnough: outcome === 'ALLOW',
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
    evidence: {
      facts,
      history: historyAnswers(action, seen, history, nowMs),
      awaited: seen.sent.custom === UNKNOWN ? trackPaths : undefined,
    },
    unreadable: unreadableInputs(tenant, seen, history),
    sources: 'ip' in facts ? context.enrichment.sources().map(recordedSource) : [],
    user: {
      isEnrolled: history.methods.length > 0,
      hasUsableAuthenticator: history.methods.some((method) => usable.includes(method) && allowed.includes(method)),
    },
    unenrolledUserState: tenant.settings.unenrolledUserState,
  });
}

/** Actions of a new code are decided all the same: as the tenant wants new codes decided (ruling 52). */
function warnOfQuota({ warnOnceAMinute }: Context, { tenantId }: ActionKey): void {
  const { max } = quotas.actionConfigurationsByTracking;
  warnOnceAMinute(
    `configurations of ${tenantId}`,
    `Tenant ${tenantId} has ${max.toLocaleString('en')} action configurations, so tracking makes no more: new codes are decided by newActionResult. Archive what is not used.`,
  );
}

/** A rule that fails makes decisions stricter, so it does no harm, but nobody meant it (F30). */
function warnOfFaults(
  { warnOnceAMinute }: Context,
  { tenantId, actionCode }: ActionKey,
  faults: readonly string[],
): void {
  warnOnceAMinute(
    `rules of ${tenantId} ${actionCode}`,
    `Tenant ${tenantId}, action ${actionCode}: what could not be computed counts as unknown. ${faults.join('; ')}`,
  );
}

function recordedSource(source: ReturnType<Context['enrichment']['sources']>[number]) {
  const { name, state, version, ageDays } = source;
  return { name, state, version, ageDays };
}

// The longest that track takes; a proxy may name a longer one.
const sentAddressLengthMax = 256;

/** The address in its one spelling, so that two spellings of it are one to count by, and what was sent to show. */
function addressOf({ sent, address: { address } }: Seen) {
  const text = sent.ipAddress?.trim().slice(0, sentAddressLengthMax);
  return { ipAddress: address ?? undefined, sentIpAddress: text === address ? undefined : text };
}

/** Without the address: the log has no personal data. */
function warnOfAddress({ warnOnceAMinute }: Context, tenantId: string): void {
  warnOnceAMinute(
    `ipAddress of ${tenantId}`,
    `Tenant ${tenantId}: an ipAddress cannot be read as one address, so all that rules ask of it is unknown. Have the backend send the user's own address alone.`,
  );
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
