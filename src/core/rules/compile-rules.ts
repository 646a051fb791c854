import { checkCondition, type Problem } from './check-condition.ts';
import { compileCondition } from './compile-condition.ts';
import type { Condition } from './condition.ts';
import { compileInputs, type Inputs, type Needs } from './inputs.ts';
import { createLinker } from './linker.ts';
import type { Test } from './logic.ts';
import type { Evidence, Rule, RuleSet, ValueLists } from './rule-set.ts';
import { UNKNOWN } from './value.ts';

export interface CompiledRule {
  readonly rule: Rule;
  /** Null if the stored conditions are broken. */
  readonly condition: Condition | null;
  readonly test: Test;
}

export interface CompiledRules {
  /** The active ones, by priority. */
  readonly rules: readonly CompiledRule[];
  readonly needs: Needs;
  readonly readInputs: (evidence: Evidence) => Inputs;
  readonly lists: ValueLists;
  /** Not empty if stored conditions are broken (F23). Such a rule is unknown for ever: it can make things stricter only. */
  readonly problems: readonly (Problem & { readonly ruleId: string })[];
}

/** Once per version of a rule set; the result is safe to share between evaluations. Never throws. */
export function compileRules({ rules, lists }: RuleSet): CompiledRules {
  const linker = createLinker(lists);
  const problems: (Problem & { ruleId: string })[] = [];

  const compiledRules = activeByPriority(rules).map((rule): CompiledRule => {
    const checked = checkCondition(rule.conditions);
    if (checked.ok) {
      const { test } = compileCondition(checked.condition, linker);
      return { rule, condition: checked.condition, test };
    }
    problems.push(...checked.problems.map((problem) => ({ ruleId: rule.ruleId, ...problem })));
    return { rule, condition: null, test: () => UNKNOWN };
  });
  return { rules: compiledRules, needs: linker.needs, readInputs: compileInputs(linker.needs), lists, problems };
}

function activeByPriority(rules: readonly Rule[]): readonly Rule[] {
  return rules.filter(({ isActive }) => isActive).sort((a, b) => a.priority - b.priority);
}
