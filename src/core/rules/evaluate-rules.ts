import type { CompiledRules } from './compile-rules.ts';
import { decideOutcome, type Decision, type Verdict } from './decide-outcome.ts';
import { stepsMax, type Inputs } from './inputs.ts';
import type { Test } from './logic.ts';
import type { Action, Evidence, User } from './rule-set.ts';
import { UNKNOWN, type Truth } from './value.ts';

/** Evaluates every rule, because all that match are reported, and decides. Never throws. */
export function evaluateRules(compiled: CompiledRules, evidence: Evidence, action: Action, user: User): Decision {
  const inputs = compiled.readInputs(evidence);
  const verdicts = compiled.rules.map(({ rule, test }): Verdict => ({ rule, truth: testOrUnknown(test, inputs) }));
  return decideOutcome(verdicts, action, user);
}

/** A rule that throws is unknown (ruling 8). */
function testOrUnknown(test: Test, inputs: Inputs): Truth {
  inputs.stepsLeft = stepsMax;
  try {
    return test(inputs, null);
  } catch {
    return UNKNOWN;
  }
}
