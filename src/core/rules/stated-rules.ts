import type { Assurance, Outcome } from './rule-set.ts';

/** A rule as operators state it: with its conditions as the text that they sent. */
export interface StatedRule {
  readonly ruleId: string;
  readonly name: string;
  readonly description: string | null;
  readonly isActive: boolean;
  readonly priority: number;
  readonly type: Outcome;
  /** JSON text; null for a rule that always matches. */
  readonly conditions: string | null;
  readonly verificationMethods: readonly string[] | null;
  readonly promptToEnrollVerificationMethods: readonly string[] | null;
  readonly defaultVerificationMethod: string | null;
  readonly minimumAssurance: Assurance | null;
}

/** What operators state for an action, in drafts and in the history. */
export interface StatedRules {
  readonly defaultOutcome: Outcome;
  /** By priority. */
  readonly rules: readonly StatedRule[];
}

/** The same with its members in a fixed order, so that equal ones have the same text. */
export function stateRules({ defaultOutcome, rules }: StatedRules): StatedRules {
  return { defaultOutcome, rules: [...rules].sort((a, b) => a.priority - b.priority).map(stateRule) };
}

function stateRule(rule: StatedRule): StatedRule {
  return {
    ruleId: rule.ruleId,
    name: rule.name,
    description: rule.description,
    isActive: rule.isActive,
    priority: rule.priority,
    type: rule.type,
    conditions: rule.conditions,
    verificationMethods: rule.verificationMethods,
    promptToEnrollVerificationMethods: rule.promptToEnrollVerificationMethods,
    defaultVerificationMethod: rule.defaultVerificationMethod,
    minimumAssurance: rule.minimumAssurance,
  };
}

/** Whether two rules are the same in everything. */
export function isSameRule(one: StatedRule, other: StatedRule): boolean {
  return JSON.stringify(stateRule(one)) === JSON.stringify(stateRule(other));
}

/** Whether two sets are the same in everything. */
export function areSameRules(one: StatedRules, other: StatedRules): boolean {
  return JSON.stringify(stateRules(one)) === JSON.stringify(stateRules(other));
}

/** Whether a change from one set to the other can change a decision, or what a challenge demands. */
export function canDecideOtherwise(before: StatedRules, after: StatedRules): boolean {
  return decidingText(before) !== decidingText(after);
}

function decidingText({ defaultOutcome, rules }: StatedRules): string {
  const active = rules.filter(({ isActive }) => isActive).sort((a, b) => a.priority - b.priority);
  // What a priority is does not matter, only who comes before whom.
  const deciding = active.map((rule) => ({ ...stateRule(rule), priority: 0, name: '', description: null }));
  return JSON.stringify({ defaultOutcome, deciding });
}
