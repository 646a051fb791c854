import type { CompiledRule, CompiledRules } from './compile-rules.ts';
import { decideOutcome, type Decision, type Verdict } from './decide-outcome.ts';
import type { Inputs } from './inputs.ts';
import { readsOf } from './reads-of.ts';
import type { Action, Evidence, User } from './rule-set.ts';
import { UNKNOWN, type Truth } from './value.ts';

/** Called with the index of each rule that failed, which makes it unknown (ruling 8). */
export type OnFault = (index: number, fault: string) => void;

/** Evaluates every rule, because all that match are reported, and decides. Never throws. */
export function evaluateRules(
  compiled: CompiledRules,
  evidence: Evidence,
  action: Action,
  user: User,
  onFault?: OnFault,
): Decision {
  return decideByTruths(compiled, testRules(compiled, evidence, onFault), action, user, evidence.awaited);
}

/** The decision that follows from which rules match. */
export function decideByTruths(
  compiled: CompiledRules,
  truths: readonly Truth[],
  action: Action,
  user: User,
  awaited: Evidence['awaited'],
): Decision {
  const verdicts: Verdict[] = [];
  for (const [index, truth] of truths.entries()) {
    const rule = compiled.rules[index];
    if (truth === false || rule === undefined) continue;
    verdicts.push({ rule: rule.rule, truth, isAwaiting: truth === UNKNOWN && readsAwaited(rule, awaited) });
  }
  return decideOutcome(verdicts, action, user);
}

/** Whether each rule matches, in their order. Never throws. */
export function testRules(
  { rules, readInputs }: CompiledRules,
  evidence: Evidence,
  onFault?: OnFault,
): readonly Truth[] {
  const inputs = readInputs(evidence);
  return rules.map((rule, index) => {
    try {
      return rule.stepsMax === null ? rule.test(inputs, null) : testWithin(rule.stepsMax, rule, inputs);
    } catch (error) {
      onFault?.(index, error instanceof Error ? error.message : String(error));
      return UNKNOWN;
    }
  });
}

function readsAwaited({ condition }: CompiledRule, awaited: Evidence['awaited']): boolean {
  if (awaited === undefined || condition === null) return false;
  return readsOf(condition).some(
    (read) =>
      read.kind === 'reference' &&
      read.from === 'facts' &&
      awaited.some((path) => isWithin(read.path, path) || isWithin(path, read.path)),
  );
}

function isWithin(path: string, whole: string): boolean {
  return whole === '' || path === whole || path.startsWith(`${whole}.`);
}

/** A rule that exceeds its share leaves enough for the others. */
function testWithin(stepsMax: number, { test }: CompiledRule, inputs: Inputs): Truth {
  const before = inputs.stepsLeft;
  const stepsLeft = Math.min(before, stepsMax);
  inputs.stepsLeft = stepsLeft;
  try {
    return test(inputs, null);
  } finally {
    // Give back the steps of refused work, which was not done.
    inputs.stepsLeft = before - (stepsLeft - Math.max(0, inputs.stepsLeft));
  }
}
