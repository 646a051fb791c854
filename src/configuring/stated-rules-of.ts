import type { StatedRule, StatedRules } from '../core/rules/stated-rules.ts';
import { stateRules } from '../core/rules/stated-rules.ts';
import type { RuleRow } from '../storage/queries/rules.ts';

/** What the rows of an action state. */
export function statedRulesOf(defaultOutcome: StatedRules['defaultOutcome'], rows: readonly RuleRow[]): StatedRules {
  return stateRules({ defaultOutcome, rules: rows });
}

/** The row of a rule that is stated. */
export function rowOfStated(actionCode: string, rule: StatedRule): RuleRow {
  return { ...rule, actionCode };
}
