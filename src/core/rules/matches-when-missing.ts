import { compileCondition } from './compile-condition.ts';
import type { Condition } from './condition.ts';
import { costOf } from './cost-of.ts';
import { unknownInputs } from './inputs.ts';
import { createBlindLinker } from './linker.ts';
import type { StepBudget } from './step-budget.ts';
import { UNKNOWN } from './value.ts';

interface MissingMatch {
  readonly place: string;
  /** The facts that must be missing for it. */
  readonly paths: readonly string[];
}

// Compiling a part, measured in evaluations.
const compilingSteps = 30;

/**
 * The parts of a condition that are certainly true if what they read is missing, whatever everything else is: one of
 * the facts that they read, or all of them. `!` and similar operators mean that (management-and-rules 4.5), but authors
 * seldom do.
 */
export function matchesWhenMissing(condition: Condition, budget: StepBudget): readonly MissingMatch[] {
  const found: MissingMatch[] = [];

  /** Below a `!`, `denial` is its place: then a part that is false is sought, and the `!` is what is true. */
  function visit(part: Condition, denial: string | null): void {
    const { operator, args } = part.kind === 'operation' ? part : { operator: null, args: [] };
    const [only] = args;
    if (operator === 'and' || operator === 'or') {
      for (const arg of args) visit(arg, denial);
    } else if (operator === '!!' && only !== undefined) {
      visit(only, denial);
    } else if (operator === '!' && only !== undefined) {
      visit(only, denial === null ? part.place : null);
    } else {
      const toMiss = pathsToMiss(part, denial === null);
      found.push(...toMiss.map((paths) => ({ place: denial ?? part.place, paths })));
      if (toMiss.length === 0 && operator === 'if') for (const answer of answersOf(args)) visit(answer, denial);
    }
  }

  /** The facts whose absence makes the part certain: each that does so by itself, or else all together. */
  function pathsToMiss(part: Condition, wanted: boolean): readonly (readonly string[])[] {
    budget.spend(compilingSteps * costOf(part));
    const linker = createBlindLinker();
    const { test } = compileCondition(part, linker);
    const { paths } = linker.needs;
    const cost = costOf(part) + paths.length;
    const isCertainWithout = (missing: readonly string[]): boolean =>
      // A value that was not sent differs from null if a `var` has a default.
      [undefined, null].some((absent) => {
        const facts = paths.map((path) => (missing.includes(path) ? absent : UNKNOWN));
        const inputs = { ...unknownInputs(linker.needs, 0), facts };
        return budget.evaluate(cost, inputs, () => test(inputs, null)) === wanted;
      });
    const alone = paths.map((path) => [path]).filter(isCertainWithout);
    if (alone.length > 0) return alone;
    return paths.length > 1 && isCertainWithout(paths) ? [paths] : [];
  }

  visit(condition, null);
  return found;
}

/** The results of an `if`: the second of each pair, and the last one left over. */
function answersOf(args: readonly Condition[]): readonly Condition[] {
  return args.filter((_, index) => index % 2 === 1 || index === args.length - 1);
}
