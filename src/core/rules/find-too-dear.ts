import type { Problem } from './check-condition.ts';
import { compileCondition } from './compile-condition.ts';
import type { Condition } from './condition.ts';
import { costOf } from './cost-of.ts';
import { unknownInputs } from './inputs.ts';
import { createLinker } from './linker.ts';
import type { CompiledCondition, Test } from './logic.ts';
import { itemOperators } from './operators.ts';
import { ruleBudgets } from './rule-budgets.ts';
import { stepBudget, StepsSpent } from './step-budget.ts';
import { UNKNOWN, type Value } from './value.ts';

/**
 * The innermost part of a condition that takes more steps than a rule may, whatever the facts are; null if there is
 * none. It is tried with every fact unknown, so that both branches of each choice run, and with value lists of the
 * given lengths. A cost that depends on the length of a fact shows only in a decision: then the rule is unknown.
 */
export function findTooDear(condition: Condition, listLengths: ReadonlyMap<string, number>): Problem | null {
  const lists = new Map(
    Array.from(listLengths, ([alias, length]): [string, Value] => [alias, Array<Value>(length).fill(UNKNOWN)]),
  );
  const tests = new Map<Condition, Test>();
  const onCompiled = (part: Condition, { test }: CompiledCondition) => void tests.set(part, test);
  const linker = { ...createLinker(lists), onCompiled };
  compileCondition(condition, linker);
  const inputs = unknownInputs(linker.needs, 0);
  const budget = stepBudget(ruleBudgets.trialSteps.max);
  const isTooDear = (part: Condition) =>
    budget.evaluate(costOf(part), inputs, () => tests.get(part)?.(inputs, null)) === undefined;

  if (!isTooDear(condition)) return null;
  let found: Condition | undefined = condition;
  let place = condition.place;
  try {
    while (found !== undefined) {
      ({ place } = found);
      found = partsOf(found).find(isTooDear);
    }
  } catch (error) {
    // Finding it costs too much as well: return the part that was reached.
    if (!(error instanceof StepsSpent)) throw error;
  }
  const most = ruleBudgets.ruleSteps.max.toLocaleString('en');
  const message = `Write this so that it takes at most ${most} steps: shorten the lists or what is done with each item, and let "in" and "inCidr" name their lists themselves.`;
  return { place, message };
}

/** The parts that can be evaluated by themselves: not the second argument of an item operator. */
function partsOf(condition: Condition): readonly Condition[] {
  switch (condition.kind) {
    case 'array':
      return condition.items;
    case 'operation':
      return itemOperators.has(condition.operator) ? condition.args.filter((_, index) => index !== 1) : condition.args;
    case 'reference':
      return condition.fallback === null ? [] : [condition.fallback];
    default:
      return [];
  }
}
