import type { CompiledRules } from './compile-rules.ts';
import type { Decision } from './decide-outcome.ts';
import { decideByTruths } from './evaluate-rules.ts';
import type { Action, Evidence, Outcome, User } from './rule-set.ts';
import { UNKNOWN, type Truth } from './value.ts';

/** Which rules match, as far as that can be said, and what else a decision follows from. */
export interface Tested {
  readonly truths: readonly Truth[];
  /** Rules that are unknown now only because too little was recorded, by their index. What was unknown at the time is not one. */
  readonly undetermined: ReadonlySet<number>;
  readonly action: Action;
  readonly user: User;
  readonly awaited: Evidence['awaited'];
}

/**
 * The decisions that are possible, whatever the undetermined rules would have been: none of them matches, all are unknown, each
 * matches alone. Any other combination has the outcome of one of these.
 */
export function* possibleDecisions(compiled: CompiledRules, tested: Tested): Generator<Decision> {
  const { truths, undetermined, action, user, awaited } = tested;
  const decide = (truthOf: (at: number) => Truth) =>
    decideByTruths(
      compiled,
      truths.map((truth, at) => (undetermined.has(at) ? truthOf(at) : truth)),
      action,
      user,
      awaited,
    );
  yield decide(() => false);
  if (undetermined.size > 0) yield decide(() => UNKNOWN);
  for (const one of undetermined) yield decide((at) => at === one);
}

/** The outcome, if it is the same whatever the undetermined rules would have been; null if it is not. */
export function possibleOutcome(compiled: CompiledRules, tested: Tested): Outcome | null {
  let found: Outcome | null = null;
  for (const { outcome } of possibleDecisions(compiled, tested)) {
    if (found !== null && found !== outcome) return null;
    found = outcome;
  }
  return found;
}
