import type { DecisionRecord } from '../core/actions/decide-action.ts';

/** A stored decision record. @throws if it is not one: what cannot be read must not be answered as if it said nothing. */
export function readDecisionRecord(stored: unknown): DecisionRecord {
  const record = stored as Partial<DecisionRecord> | null;
  if (record?.v !== 1 || record.demand === undefined || record.inputs === undefined) {
    throw new Error('A stored decision record cannot be read.');
  }
  return record as DecisionRecord;
}
