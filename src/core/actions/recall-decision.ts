import type { Explanation, RuleExplanation } from '../rules/explain-rules.ts';
import type { PublishedRuleSet } from '../rules/rule-set-document.ts';
import type { DecisionRecord } from './decide-action.ts';

/**
 * The explanation of a decision that is not computed again: the contents of its record, with the names from its rule
 * set, without the conditions.
 */
export function recallDecision(record: DecisionRecord, { compiled, action }: PublishedRuleSet): Explanation {
  const statusOf = (ruleId: string): RuleExplanation['status'] => {
    if (record.unknown.includes(ruleId)) return 'unknown';
    return record.matched.some((matched) => matched.ruleId === ruleId) ? 'matched' : 'not';
  };
  return {
    decision: {
      outcome: record.outcome,
      decidingRuleId: record.decidingRuleId ?? null,
      matchedRuleIds: record.matched.map(({ ruleId }) => ruleId),
      unknownRuleIds: record.unknown,
      ...record.demand,
      isStricterByUnknown: record.source === 'unknown',
      isCappedAtChallenge: record.isCappedAtChallenge === true,
      isAwaitingTrack: record.isAwaitingTrack === true,
    },
    defaultOutcome: action.defaultUserActionResult,
    rules: compiled.rules.map(({ rule: { ruleId, name, type } }) => {
      return { ruleId, name, outcome: type, status: statusOf(ruleId), fault: null, leaves: null };
    }),
    isCut: false,
  };
}
