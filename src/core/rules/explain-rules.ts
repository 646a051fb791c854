import { compileCondition } from './compile-condition.ts';
import type { CompiledRule, CompiledRules } from './compile-rules.ts';
import type { Condition } from './condition.ts';
import type { Decision } from './decide-outcome.ts';
import { describeClaim, describeCondition } from './describe-condition.ts';
import { evaluateRules, testRules } from './evaluate-rules.ts';
import { historyKey } from './history-question.ts';
import { compileInputs } from './inputs.ts';
import { createLinker } from './linker.ts';
import { listAlias } from './list-alias.ts';
import { itemOperators } from './operators.ts';
import { previewValue } from './preview-value.ts';
import { readsOf } from './reads-of.ts';
import type { Action, Evidence, Outcome, User, ValueLists } from './rule-set.ts';
import { UNKNOWN, type Json, type Truth, type Value } from './value.ts';

export interface Explanation {
  readonly decision: Decision;
  readonly defaultOutcome: Outcome;
  /** The active ones, by priority. */
  readonly rules: readonly RuleExplanation[];
}

export interface RuleExplanation {
  readonly ruleId: string;
  readonly name: string;
  readonly outcome: Outcome;
  readonly status: 'matched' | 'not' | 'unknown';
  /** Why the rule could not be run at all. */
  readonly fault: string | null;
  /** Null where the conditions were not gone through again. */
  readonly leaves: readonly LeafExplanation[] | null;
}

/** A part of a condition that is not itself made of conditions. */
interface LeafExplanation {
  readonly place: string;
  readonly operator: string;
  /** The facts and history questions that were read. */
  readonly reads: readonly Found[];
  readonly operands: readonly Found[];
  readonly result: boolean | 'unknown';
  /** `custom.amount (2001) > 2000`; an unknown one is worded as if it held. */
  readonly text: string;
  /** Whether the status of the rule rests on it. */
  readonly isDecisive: boolean;
}

interface Found {
  readonly name: string;
  /** Long values are cut short. Null where unknown. */
  readonly value: Json;
  readonly isUnknown: boolean;
}

/** The decision of `evaluateRules`, and why, also for evidence that was recorded long ago. Never throws. */
export function explainRules(compiled: CompiledRules, evidence: Evidence, action: Action, user: User): Explanation {
  const decision = evaluateRules(compiled, evidence, action, user);
  const truths = testRules(compiled, evidence);
  const rules = compiled.rules.map((compiledRule, index): RuleExplanation => {
    const { ruleId, name, type } = compiledRule.rule;
    const leaves: LeafExplanation[] = [];
    if (compiledRule.condition !== null)
      explainPart(compiledRule.condition, true, createProbe(compiled.lists, evidence), leaves);
    return {
      ruleId,
      name,
      outcome: type,
      status: statusOf(truths[index] ?? UNKNOWN),
      fault: findFault(compiledRule, compiled, evidence),
      leaves,
    };
  });
  return { decision, defaultOutcome: action.defaultUserActionResult, rules };
}

function statusOf(truth: Truth): RuleExplanation['status'] {
  if (truth === UNKNOWN) return 'unknown';
  return truth ? 'matched' : 'not';
}

/** Evaluates any part of a condition by itself, outside of the hot path. */
interface Probe {
  test(condition: Condition): Truth;
  read(condition: Condition): Value;
}

function createProbe(lists: ValueLists, evidence: Evidence): Probe {
  const compile = (condition: Condition) => {
    const linker = createLinker(lists);
    const compiled = compileCondition(condition, linker);
    return { ...compiled, inputs: compileInputs(linker.needs)(evidence) };
  };
  return {
    test: (condition) => {
      const { test, inputs } = compile(condition);
      return orUnknown(() => test(inputs, null));
    },
    read: (condition) => {
      const { read, inputs } = compile(condition);
      return orUnknown(() => read(inputs, null));
    },
  };
}

function orUnknown<Result>(compute: () => Result): Result | typeof UNKNOWN {
  try {
    return compute();
  } catch {
    return UNKNOWN;
  }
}

function explainPart(condition: Condition, isDecisive: boolean, probe: Probe, leaves: LeafExplanation[]): void {
  const parts = groupParts(condition, probe);
  if (parts === null) {
    leaves.push(explainLeaf(condition, isDecisive, probe));
    return;
  }
  for (const { part, matters } of parts) explainPart(part, isDecisive && matters, probe, leaves);
}

/** The parts of a group with whether its truth rests on them; null for a leaf. */
function groupParts(condition: Condition, probe: Probe): readonly { part: Condition; matters: boolean }[] | null {
  if (condition.kind !== 'operation') return null;
  const { operator, args } = condition;
  const all = args.map((part) => ({ part, matters: true }));
  switch (operator) {
    case 'and':
    case 'or': {
      // A true `and` and a false `or` need all of their parts; otherwise the parts that agree with the group made it so.
      const truth = probe.test(condition);
      if (truth === (operator === 'and')) return all;
      return args.map((part) => ({ part, matters: probe.test(part) === truth }));
    }
    case '!':
    case '!!':
      return all;
    case 'if': {
      // Everything up to the first test that holds, and its answer. An unknown test makes both ways matter.
      let isOpen = true;
      return args.map((part, index) => {
        const isTest = index % 2 === 0 && index < args.length - 1;
        if (isTest || index % 2 === 0) return { part, matters: isOpen };
        const test = args[index - 1];
        const truth = test === undefined ? false : probe.test(test);
        const matters = isOpen && truth !== false;
        if (truth === true) isOpen = false;
        return { part, matters };
      });
    }
    default:
      return null;
  }
}

function explainLeaf(condition: Condition, isDecisive: boolean, probe: Probe): LeafExplanation {
  const truth = probe.test(condition);
  const operands = operandsOf(condition);
  return {
    place: condition.place,
    operator: operatorOf(condition),
    reads: readsOf(condition)
      .filter((part) => part.kind === 'history' || part.from === 'facts')
      .map((part) => found(part, probe)),
    operands: operands.map((part) => found(part, probe)),
    result: truth === UNKNOWN ? 'unknown' : truth,
    text: describeClaim(condition, truth !== false, (part) => showValue(part, probe)),
    isDecisive,
  };
}

function operandsOf(condition: Condition): readonly Condition[] {
  if (condition.kind !== 'operation') return [condition];
  // What an item operator does with each item has no value of its own.
  if (itemOperators.has(condition.operator)) return condition.args.filter((_, index) => index !== 1);
  return condition.args;
}

function operatorOf(condition: Condition): string {
  switch (condition.kind) {
    case 'operation':
      return condition.operator;
    case 'history':
      return condition.question.operator;
    case 'reference':
      return 'var';
    case 'missing':
      return condition.needed === null ? 'missing' : 'missing_some';
    case 'value':
    case 'array':
      return 'value';
  }
}

function found(condition: Condition, probe: Probe): Found {
  const value = probe.read(condition);
  return { name: nameOf(condition), value: previewValue(value), isUnknown: value === UNKNOWN };
}

function nameOf(condition: Condition): string {
  if (condition.kind === 'reference') return condition.path;
  if (condition.kind === 'history') return historyKey(condition.question);
  return describeCondition(condition, () => null);
}

function showValue(condition: Condition, probe: Probe): string | null {
  if (condition.kind === 'reference' && (condition.from === 'item' || listAlias(condition.path) !== null)) return null;
  const value = probe.read(condition);
  if (value === UNKNOWN) return 'unknown';
  return value === null ? 'missing' : JSON.stringify(previewValue(value));
}

function findFault(
  { rule, condition, test }: CompiledRule,
  compiled: CompiledRules,
  evidence: Evidence,
): string | null {
  if (condition === null) return compiled.problems.find(({ ruleId }) => ruleId === rule.ruleId)?.message ?? null;
  try {
    test(compiled.readInputs(evidence), null);
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
