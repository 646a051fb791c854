import type { Inputs } from './inputs.ts';
import { ruleBudgets } from './rule-budgets.ts';

/** There are not enough steps left for the work. */
export class StepsSpent extends Error {
  override readonly name = 'StepsSpent';
}

/** Steps for work that evaluates many conditions, or parts of them. */
export interface StepBudget {
  /** Called before the work. @throws {StepsSpent} */
  spend(steps: number): void;
  /**
   * Computes something with a known minimum cost, within what is left and with no more than a rule may take. Returns
   * undefined if that is not enough, or if it fails otherwise. @throws {StepsSpent} if less is left than its minimum
   * cost
   */
  evaluate<Result>(cost: number, inputs: Inputs, compute: () => Result): Result | undefined;
}

export function stepBudget(max: number): StepBudget {
  let left = max;
  const spend = (steps: number) => {
    left -= steps;
    if (left < 0) throw new StepsSpent();
  };
  return {
    spend,
    evaluate(cost, inputs, compute) {
      spend(Math.min(cost, ruleBudgets.ruleSteps.max));
      const most = Math.min(left, ruleBudgets.ruleSteps.max - cost);
      if (most < 0) return undefined;
      inputs.stepsLeft = most;
      let result: ReturnType<typeof compute> | undefined;
      try {
        result = compute();
      } catch {
        // It stays undefined.
      }
      // With the steps of a whole rule it might have succeeded.
      if (inputs.stepsLeft < 0 && most === left) throw new StepsSpent();
      // Give back the steps of refused work, which was not done.
      spend(most - Math.max(0, inputs.stepsLeft));
      return result;
    },
  };
}
