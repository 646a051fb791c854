import type { DecisionRecord } from './decide-action.ts';

const noDemand: DecisionRecord['demand'] = {
  verificationMethods: null,
  defaultVerificationMethod: null,
  promptToEnrollVerificationMethods: null,
  minimumAssurance: null,
};
const noRuleSet: DecisionRecord['ruleSet'] = { version: 0, hash: null };
const noInputs: DecisionRecord['inputs'] = { facts: {}, history: {}, exceptions: {} };
const noUser: DecisionRecord['user'] = { isEnrolled: false, hasUsableAuthenticator: false };

/**
 * A record as it is stored: version 1 as it is, version 2 without the members that say nothing. What a decision rests on
 * (`demand`, `inputs.facts`) is there even if it is empty, so that a part that was lost does not read as one that was empty.
 */
interface ShortRecord extends Omit<Partial<DecisionRecord>, 'v' | 'demand' | 'user' | 'inputs'> {
  readonly v: 2;
  readonly demand: Partial<DecisionRecord['demand']>;
  readonly user: Partial<DecisionRecord['user']>;
  readonly inputs: Partial<DecisionRecord['inputs']>;
}

/** A record as text for the database, about 250 characters shorter than as JSON where no rule matched. */
export function writeDecisionRecord(record: DecisionRecord): string {
  const { ruleSet, demand, user, inputs } = record;
  // All members, one by one, so that all these objects have one shape: this runs for every decision. JSON leaves out what is
  // undefined.
  return JSON.stringify({
    v: 2,
    language: record.language,
    outcome: record.outcome,
    source: record.source,
    ruleSet: ruleSet.version === 0 && ruleSet.hash === null ? undefined : ruleSet,
    decidingRuleId: record.decidingRuleId,
    matched: unlessEmpty(record.matched),
    unknown: unlessEmpty(record.unknown),
    demand: {
      verificationMethods: demand.verificationMethods ?? undefined,
      defaultVerificationMethod: demand.defaultVerificationMethod ?? undefined,
      promptToEnrollVerificationMethods: demand.promptToEnrollVerificationMethods ?? undefined,
      minimumAssurance: demand.minimumAssurance ?? undefined,
    } satisfies Members<DecisionRecord['demand']>,
    isCappedAtChallenge: record.isCappedAtChallenge,
    isAwaitingTrack: record.isAwaitingTrack,
    user: {
      isEnrolled: user.isEnrolled || undefined,
      hasUsableAuthenticator: user.hasUsableAuthenticator || undefined,
    } satisfies Members<DecisionRecord['user']>,
    inputs: {
      facts: inputs.facts,
      history: unlessNoMembers(inputs.history),
      exceptions: unlessNoMembers(inputs.exceptions),
      awaited: inputs.awaited,
    } satisfies Members<DecisionRecord['inputs']>,
    sources: unlessEmpty(record.sources),
    unreadable: record.unreadable,
    isWithoutAddresses: record.isWithoutAddresses,
    isWithoutInputs: record.isWithoutInputs,
  } satisfies Members<DecisionRecord>);
}

/** So that no member is forgotten. */
type Members<Whole> = Readonly<Record<keyof Whole, unknown>>;

function unlessEmpty<Item>(items: readonly Item[]): readonly Item[] | undefined {
  return items.length === 0 ? undefined : items;
}

function unlessNoMembers<Value>(members: Readonly<Record<string, Value>>): typeof members | undefined {
  return Object.keys(members).length === 0 ? undefined : members;
}

/**
 * Reads a stored decision record. @throws if it is not one: an unreadable record must not be treated as an empty one.
 */
export function readDecisionRecord(stored: unknown): DecisionRecord {
  const record = completed(stored as DecisionRecord | ShortRecord | null);
  if (record === undefined) throw new Error('A stored decision record cannot be read.');
  // Nothing is left of the inputs of an action that was kept without its user.
  return 'facts' in record.inputs ? record : { ...record, inputs: noInputs, isWithoutInputs: true };
}

function completed(stored: DecisionRecord | ShortRecord | null): DecisionRecord | undefined {
  if (stored === null || !isObject(stored.demand) || !isObject(stored.inputs)) return undefined;
  if (stored.v === 1) return Array.isArray(stored.matched) ? stored : undefined;
  const { outcome, source, user } = stored;
  if (stored.v !== 2 || outcome === undefined || source === undefined || !isObject(user)) return undefined;
  return {
    ...stored,
    v: 1,
    outcome,
    source,
    ruleSet: stored.ruleSet ?? noRuleSet,
    matched: stored.matched ?? [],
    unknown: stored.unknown ?? [],
    demand: { ...noDemand, ...stored.demand },
    user: { ...noUser, ...user },
    inputs: 'facts' in stored.inputs ? { ...noInputs, ...stored.inputs } : (stored.inputs as DecisionRecord['inputs']),
    sources: stored.sources ?? [],
  };
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * The same for what only tells of the past, such as lists and logs: undefined if it cannot be read, so that one broken
 * record hides no others. Never for a decision.
 */
export function decisionToTell(stored: unknown): DecisionRecord | undefined {
  try {
    return readDecisionRecord(stored);
  } catch {
    return undefined;
  }
}
