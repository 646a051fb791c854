import type { DecisionRecord } from './decide-action.ts';

const noInputs = { facts: {}, history: {}, exceptions: {} };

/**
 * Reads a stored decision record. @throws if it is not one: an unreadable record must not be treated as an empty one.
 */
export function readDecisionRecord(stored: unknown): DecisionRecord {
  const record = stored as Partial<DecisionRecord> | null;
  if (record?.v !== 1 || record.demand === undefined || record.inputs === undefined || !Array.isArray(record.matched)) {
    throw new Error('A stored decision record cannot be read.');
  }
  // Nothing is left of the inputs of an action that was kept without its user.
  if (!('facts' in record.inputs)) return { ...(record as DecisionRecord), inputs: noInputs, isWithoutInputs: true };
  return record as DecisionRecord;
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
