import { checkCondition, conditionPartsMax, type CheckedCondition } from './check-condition.ts';
import type { Condition } from './condition.ts';
import { costOf } from './cost-of.ts';
import { historyKey } from './history-question.ts';
import { listAlias } from './list-alias.ts';
import { readsOf } from './reads-of.ts';
import { ruleBudgets } from './rule-budgets.ts';
import { steps } from './steps.ts';

/** What is left for the rules of one action, whatever the data are. */
export interface RuleAllowance {
  /**
   * Call it with the active rules by priority, so that earlier rules are not refused because of later ones. `isTooMuch`
   * is set if a rule is refused for its size or that of all rules, not because it is wrong.
   */
  check(conditions: unknown): CheckedCondition & { readonly isTooMuch: boolean };
  /** The steps of a decision that the accepted rules leave for work that depends on data. */
  stepsLeft(): number;
}

/** One for each pass over the rules of an action. */
export function ruleAllowance(): RuleAllowance {
  const facts = new Set<string>();
  const questions = new Set<string>();
  let partsLeft: number = ruleBudgets.conditionPartsOfAction.max;
  let stepsLeft: number = ruleBudgets.decisionSteps.max;

  /** Null if there is enough; otherwise the budget that is exceeded. */
  function spendOn(condition: Condition): string | null {
    const needs = needsOf(condition);
    const newFacts = [...needs.facts].filter((path) => !facts.has(path));
    const newQuestions = [...needs.questions].filter((key) => !questions.has(key));
    const cost = costOf(condition);
    const costWithFacts = newFacts.reduce((sum, path) => sum + steps.ofPath(path), cost);

    if (facts.size + newFacts.length > ruleBudgets.factsOfAction.max)
      return `read ${amount(ruleBudgets.factsOfAction)} different facts`;
    if (questions.size + newQuestions.length > ruleBudgets.questionsOfAction.max)
      return `ask ${amount(ruleBudgets.questionsOfAction)} different questions about the past`;
    if (cost > ruleBudgets.ruleSteps.max || costWithFacts > stepsLeft)
      return `take ${amount(ruleBudgets.ruleSteps)} steps each and ${amount(ruleBudgets.decisionSteps)}`;

    for (const path of newFacts) facts.add(path);
    for (const key of newQuestions) questions.add(key);
    stepsLeft -= costWithFacts;
    return null;
  }

  return {
    check(conditions) {
      const isLess = partsLeft < conditionPartsMax;
      const checked = checkCondition(conditions, isLess ? partsLeft : conditionPartsMax);
      const lacks =
        isLess && checked.parts > partsLeft ? `have ${amount(ruleBudgets.conditionPartsOfAction)} parts` : null;
      partsLeft = Math.max(0, partsLeft - checked.parts);
      const tooMuch = lacks ?? (checked.ok ? spendOn(checked.condition) : null);
      if (tooMuch === null) return { ...checked, isTooMuch: false };
      const message = `The active rules of an action may ${tooMuch} together: put long lists into value lists.`;
      return { ok: false, problems: [{ place: '', message }], parts: checked.parts, isTooMuch: true };
    },
    stepsLeft: () => stepsLeft,
  };
}

function needsOf(condition: Condition) {
  const facts = new Set<string>();
  const questions = new Set<string>();
  for (const read of readsOf(condition)) {
    if (read.kind === 'history') questions.add(historyKey(read.question));
    else if (read.from === 'facts' && listAlias(read.path) === null) facts.add(read.path);
  }
  return { facts, questions };
}

function amount({ max }: { readonly max: number }): string {
  return max.toLocaleString('en');
}
