import type { CompiledRules } from './compile-rules.ts';
import { decideByTruths } from './evaluate-rules.ts';
import type { Action, Evidence, Outcome, User } from './rule-set.ts';
import { UNKNOWN, type Truth } from './value.ts';

/**
 * The outcome, if it is the same whatever the undetermined rules would have been; null if it is not. Undetermined are rules
 * that are unknown now only because too little was recorded, by their index. What was unknown at the time stays so.
 */
export function possibleOutcome(
  compiled: CompiledRules,
  truths: readonly Truth[],
  undetermined: ReadonlySet<number>,
  action: Action,
  user: User,
  awaited: Evidence['awaited'],
): Outcome | null {
  const decide = (truthOf: (at: number) => Truth) =>
    decideByTruths(
      compiled,
      truths.map((truth, at) => (undetermined.has(at) ? truthOf(at) : truth)),
      action,
      user,
      awaited,
    ).outcome;
  const outcome = decide(() => false);
  // None of them matches, each of them alone, and all unknown: any other combination decides like one of these.
  if (undetermined.size > 0 && decide(() => UNKNOWN) !== outcome) return null;
  for (const one of undetermined) if (decide((at) => at === one) !== outcome) return null;
  return outcome;
}
