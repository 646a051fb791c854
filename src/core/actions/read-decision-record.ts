import type { DecisionRecord } from './decide-action.ts';

/**
 * Reads a stored decision record. @throws if it is not one: an unreadable record must not be treated as an empty one.
 */
export function readDecisionRecord(stored: unknown): DecisionRecord {
  const record = stored as Partial<DecisionRecord> | null;
  if (record?.v !== 1 || record.demand === undefined || record.inputs === undefined) {
    throw new Error('A stored decision record cannot be read.');
  }
  return record as DecisionRecord;
}
