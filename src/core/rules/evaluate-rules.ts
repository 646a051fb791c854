import type { CompiledRule, CompiledRules } from './compile-rules.ts';
import { decideOutcome, type Decision, type Verdict } from './decide-outcome.ts';
import { stepsMax, type Inputs } from './inputs.ts';
import type { Test } from './logic.ts';
import { readsOf } from './reads-of.ts';
import type { Action, Evidence, User } from './rule-set.ts';
import { UNKNOWN, type Truth } from './value.ts';

/** Evaluates every rule, because all that match are reported, and decides. Never throws. */
export function evaluateRules(compiled: CompiledRules, evidence: Evidence, action: Action, user: User): Decision {
  const verdicts: Verdict[] = [];
  for (const [index, truth] of testRules(compiled, evidence).entries()) {
    const rule = compiled.rules[index];
    if (truth === false || rule === undefined) continue;
    verdicts.push({ rule: rule.rule, truth, isAwaiting: truth === UNKNOWN && readsAwaited(rule, evidence.awaited) });
  }
  return decideOutcome(verdicts, action, user);
}

/** Whether each rule matches, in their order. Never throws. */
export function testRules({ rules, readInputs }: CompiledRules, evidence: Evidence): readonly Truth[] {
  const inputs = readInputs(evidence);
  return rules.map(({ test }) => testOrUnknown(test, inputs));
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

/** A rule that throws is unknown (ruling 8). */
function testOrUnknown(test: Test, inputs: Inputs): Truth {
  inputs.stepsLeft = stepsMax;
  try {
    return test(inputs, null);
  } catch {
    return UNKNOWN;
  }
}
