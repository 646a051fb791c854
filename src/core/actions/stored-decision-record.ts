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
  const { ruleSet, matched, unknown, demand, user, inputs, sources, ...others } = record;
  const short: ShortRecord = {
    ...others,
    v: 2,
    ...(ruleSet.hash === null && ruleSet.version === 0 ? {} : { ruleSet }),
    ...(matched.length === 0 ? {} : { matched }),
    ...(unknown.length === 0 ? {} : { unknown }),
    demand: without(demand, (value) => value === null),
    user: without(user, (value) => value === false),
    inputs: { ...without(inputs, isEmptyObject), facts: inputs.facts },
    ...(sources.length === 0 ? {} : { sources }),
  };
  return JSON.stringify(short);
}

function without<Members extends object>(
  members: Members,
  isLeftOut: (value: Members[keyof Members]) => boolean,
): Partial<Members> {
  const kept: Partial<Members> = {};
  for (const name of Object.keys(members) as (keyof Members)[]) {
    if (!isLeftOut(members[name])) kept[name] = members[name];
  }
  return kept;
}

function isEmptyObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && Object.keys(value).length === 0;
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
