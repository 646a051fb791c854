import { Refusal } from '../contract/errors.ts';
import { decideAction } from '../core/actions/decide-action.ts';
import type { DecisionRecord } from '../core/actions/decide-action.ts';
import { quotas } from '../core/quotas.ts';
import { trackPaths } from '../core/facts/facts.ts';
import { UNKNOWN } from '../core/rules/value.ts';
import { decideAgain } from '../storage/queries/actions/decide-again.ts';
import type { ProofTerms } from '../storage/queries/actions/decide-again.ts';
import { makeRoomForAction, recordAction } from '../storage/queries/actions/actions.ts';
import type { DecidedAction, StoredAction } from '../storage/queries/actions/actions.ts';
import type { ActionKey } from '../storage/queries/actions/named.ts';
import { loadHistory } from '../storage/queries/history.ts';
import type { History } from '../storage/queries/history.ts';
import { isForeignKeyViolation } from '../storage/sql.ts';
import type { Store } from '../storage/sql.ts';
import { unconfiguredAction } from '../storage/published.ts';
import type { PublishedAction, Tenant } from '../storage/published.ts';
import { verificationWebhook } from '../configuring/verification-webhook.ts';
import type { Context } from '../calls/context.ts';
import { readDecisionRecord, writeDecisionRecord } from '../core/actions/stored-decision-record.ts';
import { usableMethods } from '../telling/usable-methods.ts';
import {
  describeRequest,
  factInputs,
  historyAnswers,
  historyRequest,
  partiesOf,
  unreadableInputs,
} from './gather-inputs.ts';
import type { Seen, Sent } from './gather-inputs.ts';
import { requireUnchangedLinks } from './require-unchanged-links.ts';
import { requireUsableUserId } from './require-usable-user-id.ts';

/** What is sent with an action, in addition to what facts are made from. */
export interface ActionAttributes extends Sent {
  readonly custom?: Readonly<Record<string, unknown>> | undefined;
  readonly redirectUrl?: string | undefined;
  readonly redirectToSettings?: boolean | undefined;
  readonly locale?: string | undefined;
  readonly username?: string | undefined;
}

/**
 * What creates an action: a backend's track, or a challenge that begins it earlier. Only a track decides finally and
 * creates a configuration (ruling 36).
 */
export type Occasion = 'track' | 'challenge';

/** What an action is stored under. Without a key of the caller's, its id is its key. */
type NewActionKey = Omit<ActionKey, 'idempotencyKey'> & { readonly idempotencyKey: string | undefined };

/** A stored action, with what was read to decide it. */
export interface EstablishedAction {
  readonly actionId: string;
  readonly idempotencyKey: string;
  readonly state: string;
  readonly record: DecisionRecord;
  readonly history: History;
}

// Other requests can be first three times: with a challenge, with what a backend sends to one, and with the track.
const triesMax = 4;

/**
 * The action under a key: the existing one unchanged, or a new one that is decided and recorded now. One read, a
 * decision without the database, one write. Every action is created here, so none is ever without a decision. An action
 * that a challenge began is decided again by its track.
 */
export async function establishAction(
  context: Context,
  tenant: Tenant,
  named: NewActionKey,
  occasion: Occasion,
  attributes: ActionAttributes,
): Promise<EstablishedAction> {
  const { db, runtime, enrichment } = context;
  await requireUsableUserId(db, named.tenantId, named.userId);
  const nowMs = runtime.clock.now();
  const isTracked = occasion === 'track';
  const isCustomKnown = isTracked || attributes.custom !== undefined;
  const seen = describeRequest(enrichment, isCustomKnown ? attributes : { ...attributes, custom: UNKNOWN });
  if (seen.address.isUnreadable) warnOfAddress(context, named.tenantId);
  const parties = partiesOf(tenant, seen);
  const configured = tenant.actions.get(named.actionCode);
  const action = configured ?? unconfiguredAction(named.actionCode, tenant.settings.newActionResult);
  const isConfigurationDue = isTracked && configured === undefined;
  // If so, no request has to wait for the lock on the tenant's row only to find that out again.
  const isFull = tenant.actions.size >= quotas.actionConfigurationsByTracking.max;
  for (let triesLeft = triesMax; triesLeft > 0; triesLeft -= 1) {
    // It has the time that the action is made at: by it, windows of time are read, and months dropped. New with each try: it
    // may name a user that this one's write creates and another call deletes, before an action is stored.
    const newId = runtime.ids.uuidAt(nowMs);
    const key = { ...named, idempotencyKey: named.idempotencyKey ?? newId };
    const isNewKey = named.idempotencyKey === undefined;
    const history = await loadHistory(db, historyRequest(key, isNewKey, action, seen, parties, nowMs));
    const earlier = earlierAction(tenant, key, attributes, history);
    if (earlier !== undefined && (history.earlierIsTracked === true || !tellsMore(isTracked, attributes, history))) {
      return earlier;
    }
    const { state: decidedState, record, faults } = decide(context, tenant, action, key, seen, history, nowMs);
    if (faults.length > 0) warnOfFaults(context, key, faults);
    const place = placeOf(seen.address);
    const isBesideEarlierNodes = nowMs < tenant.earlierNodesUntilMs;
    const decided = {
      actionId: earlier?.actionId ?? newId,
      state: decidedState,
      isTracked,
      nowMs,
      decision: isBesideEarlierNodes ? JSON.stringify(record) : writeDecisionRecord(record),
      mayBeTrackedByEarlierNode: isBesideEarlierNodes && history.userCreatedAt === null,
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
      ...parties,
      countryCode: place.countryCode,
      isPlaceUnknown: seen.address.place === 'unknown',
      latitude: place.latitude,
      longitude: place.longitude,
    };
    const stored =
      earlier === undefined
        ? await recordNew(db, decided)
        : await decideAgain(db, decided, proofTerms(tenant, key, record, nowMs), runtime.ids.uuid());
    if (stored !== undefined) {
      if (isConfigurationDue && (isFull || stored.hasConfiguration === false)) warnOfQuota(context, key);
      context.meter.decided(tenant.tenantId, stored.state);
      return { ...key, actionId: decided.actionId, state: stored.state, record, history };
    }
    // Another request was first between our read and our write, with this key or by creating or deleting the user: read
    // again what it has stored. Or an action of an earlier user with this id still has the key.
    if (earlier === undefined) await makeRoomForAction(db, key);
  }
  throw new Refusal('unavailable', 'The action changed while it was tracked. Repeat the request.', 1);
}

/** Records a new action. Undefined if the user was deleted before the user's device could be recorded. */
async function recordNew(db: Store, action: DecidedAction): Promise<StoredAction | undefined> {
  try {
    return await recordAction(db, action);
  } catch (error) {
    if (isForeignKeyViolation(error)) return undefined;
    throw error;
  }
}

/**
 * The existing action under the key, if any. What is sent now must agree with what was sent for it before (ruling 11).
 */
function earlierAction(
  tenant: Tenant,
  { idempotencyKey }: ActionKey,
  attributes: ActionAttributes,
  history: History,
): EstablishedAction | undefined {
  if (history.earlierActionId === null || history.earlierState === null) return undefined;
  const record = readDecisionRecord(history.earlierDecision);
  // Data that it was decided without cannot differ, even if its state was set before its track.
  const isCustomKnown = history.earlierIsTracked === true || history.earlierCustom !== null;
  if (isCustomKnown && record.inputs.awaited === undefined) {
    requireUnchangedLinks(tenant.linkedDataPoints, history.earlierCustom ?? {}, attributes.custom ?? {});
  }
  return { actionId: history.earlierActionId, idempotencyKey, state: history.earlierState, record, history };
}

/** Whether a request says more about an untracked action than the request that it was decided by. */
function tellsMore(isTracked: boolean, { custom }: ActionAttributes, { earlierCustom: earlier }: History): boolean {
  return isTracked || (custom !== undefined && earlier === null);
}

/** Which proofs from before a decision count for it: those within one token lifetime, as the decision demands. */
function proofTerms(tenant: Tenant, { actionCode }: ActionKey, { outcome }: DecisionRecord, nowMs: number): ProofTerms {
  return {
    sinceMs: nowMs - tenant.settings.tokenDurationInMinutes * 60_000,
    mustBeConfirmed: verificationWebhook(tenant, actionCode) !== undefined,
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

/** Actions of a new code are still decided, by the tenant's setting for new codes (ruling 52). */
function warnOfQuota({ warnOnceAMinute }: Context, { tenantId }: ActionKey): void {
  const { max } = quotas.actionConfigurationsByTracking;
  warnOnceAMinute(
    `configurations of ${tenantId}`,
    `Tenant ${tenantId} has ${max.toLocaleString('en')} action configurations, so tracking makes no more: new codes are decided by newActionResult. Archive what is not used.`,
  );
}

/** A failing rule only makes decisions stricter, so it is safe, but not intended (F30). */
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

// The longest that track accepts; a proxy may send a longer one.
const sentAddressLengthMax = 256;

/** The address in its normal form, so that all spellings count as one, and what was sent, to show it. */
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
