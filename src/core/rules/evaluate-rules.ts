import type { CompiledRules } from './compile-rules.ts';
import { decideOutcome, type Decision, type Verdict } from './decide-outcome.ts';
import { stepsMax, type Inputs } from './inputs.ts';
import type { Test } from './logic.ts';
import type { Action, Evidence, User } from './rule-set.ts';
import { UNKNOWN, type Truth } from './value.ts';

/** Evaluates every rule, because all that match are reported, and decides. Never throws. */
export function evaluateRules(compiled: CompiledRules, evidence: Evidence, action: Action, user: User): Decision {
  const verdicts: Verdict[] = [];
  for (const [index, truth] of testRules(compiled, evidence).entries()) {
    const rule = compiled.rules[index]?.rule;
    if (truth !== false && rule !== undefined) verdicts.push({ rule, truth });
  }
  return decideOutcome(verdicts, action, user);
}

/** Whether each rule matches, in their order. Never throws. */
export function testRules({ rules, readInputs }: CompiledRules, evidence: Evidence): readonly Truth[] {
  const inputs = readInputs(evidence);
  return rules.map(({ test }) => testOrUnknown(test, inputs));
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
