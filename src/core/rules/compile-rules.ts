import type { Problem } from './check-condition.ts';
import { compileCondition } from './compile-condition.ts';
import type { Condition, Operation } from './condition.ts';
import { costOf } from './cost-of.ts';
import { compileInputs, type Inputs, type Needs } from './inputs.ts';
import { createLinker } from './linker.ts';
import { listAlias } from './list-alias.ts';
import type { Test } from './logic.ts';
import { itemOperators, type Operator } from './operators.ts';
import { ruleAllowance } from './rule-allowance.ts';
import { ruleBudgets } from './rule-budgets.ts';
import type { Evidence, Rule, RuleSet, ValueLists } from './rule-set.ts';

export interface CompiledRule {
  readonly rule: Rule;
  /** Null if the stored conditions are broken, or exceed what the rules of one action may be. */
  readonly condition: Condition | null;
  readonly test: Test;
  /** The most steps that it may take over data; null if it takes so few that the budget of all rules is enough. */
  readonly stepsMax: number | null;
}

export interface CompiledRules {
  /** The active ones, by priority. */
  readonly rules: readonly CompiledRule[];
  readonly needs: Needs;
  readonly readInputs: (evidence: Evidence) => Inputs;
  readonly lists: ValueLists;
  /**
   * Not empty if stored conditions are broken (F23). Such a rule is always unknown, which can only make decisions
   * stricter.
   */
  readonly problems: readonly (Problem & { readonly ruleId: string })[];
}

/**
 * Runs once per version of a rule set; the result is safe to share between evaluations. Rules that exceed a budget are
 * unknown, those with higher priority numbers first. Never throws.
 */
export function compileRules({ rules, lists }: RuleSet): CompiledRules {
  const linker = createLinker(lists);
  const problems: (Problem & { ruleId: string })[] = [];
  const allowance = ruleAllowance();

  const compiledRules = activeByPriority(rules).map((rule): CompiledRule => {
    const checked = allowance.check(rule.conditions);
    if (!checked.ok) {
      const [problem] = checked.problems;
      if (!checked.isTooMuch) problems.push(...checked.problems.map((each) => ({ ruleId: rule.ruleId, ...each })));
      return { rule, condition: null, test: fails(problem?.message), stepsMax: null };
    }
    const { condition } = checked;
    const { test } = compileCondition(condition, linker);
    const stepsMax = spendsOnData(condition) ? ruleBudgets.ruleSteps.max - costOf(condition) : null;
    return { rule, condition, test, stepsMax };
  });
  const readInputs = compileInputs(linker.needs);
  const stepsLeft = allowance.stepsLeft();
  return {
    rules: compiledRules,
    needs: linker.needs,
    readInputs: (evidence) => readInputs(evidence, stepsLeft),
    lists,
    problems,
  };
}

/** A rule that fails is unknown, and its explanation says why. */
function fails(message: string | undefined): Test {
  return () => {
    throw new Error(message);
  };
}

/** Operators whose work depends on their operands, and not only on the length of a text. */
const spenders: ReadonlySet<Operator> = new Set([...itemOperators, 'in', 'inCidr', 'merge', 'cat', 'substr']);

function spendsOnData(condition: Condition): boolean {
  switch (condition.kind) {
    case 'array':
      return condition.items.some(spendsOnData);
    case 'reference':
      return condition.fallback !== null && spendsOnData(condition.fallback);
    case 'operation': {
      const { operator, args } = condition;
      return (spenders.has(operator) && !isSearchOfFixedList(condition)) || args.some(spendsOnData);
    }
    default:
      return false;
  }
}

function isSearchOfFixedList({ operator, args: [, list] }: Operation): boolean {
  if (operator !== 'in' && operator !== 'inCidr') return false;
  return list?.kind === 'value' || (list?.kind === 'reference' && listAlias(list.path) !== null);
}

function activeByPriority(rules: readonly Rule[]): readonly Rule[] {
  return rules.filter(({ isActive }) => isActive).sort((a, b) => a.priority - b.priority);
}
