import { compileCondition } from './compile-condition.ts';
import type { CompiledRules } from './compile-rules.ts';
import type { Condition } from './condition.ts';
import { costOf } from './cost-of.ts';
import type { Decision } from './decide-outcome.ts';
import { describeClaim, describeCondition } from './describe-condition.ts';
import { decideByTruths, testRules } from './evaluate-rules.ts';
import { historyKey } from './history-question.ts';
import { compileInputs } from './inputs.ts';
import { createLinker } from './linker.ts';
import { listAlias } from './list-alias.ts';
import type { CompiledCondition } from './logic.ts';
import { itemOperators } from './operators.ts';
import { previewValue } from './preview-value.ts';
import { readsOf } from './reads-of.ts';
import { ruleBudgets } from './rule-budgets.ts';
import type { Action, Evidence, Outcome, User, ValueLists } from './rule-set.ts';
import { StepsSpent, stepBudget, type StepBudget } from './step-budget.ts';
import { UNKNOWN, type Json, type Truth } from './value.ts';

export interface Explanation {
  readonly decision: Decision;
  readonly defaultOutcome: Outcome;
  /** The active ones, by priority. */
  readonly rules: readonly RuleExplanation[];
  /** Whether the conditions of some rules are omitted, because they are too much for one explanation. */
  readonly isCut: boolean;
}

export interface RuleExplanation {
  readonly ruleId: string;
  readonly name: string;
  readonly outcome: Outcome;
  readonly status: 'matched' | 'not' | 'unknown';
  /** Why the rule could not be completed. */
  readonly fault: string | null;
  /** Null if the conditions were not traced: the rule failed, or tracing would take too much. */
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
  /** Whether the status of the rule depends on it. */
  readonly isDecisive: boolean;
}

interface Found {
  readonly name: string;
  /** Long values are shortened. Null if unknown. */
  readonly value: Json;
  readonly isUnknown: boolean;
}

/** The decision of `evaluateRules`, and why, also for evidence that was recorded long ago. Never throws. */
export function explainRules(compiled: CompiledRules, evidence: Evidence, action: Action, user: User): Explanation {
  const faults = new Map<number, string>();
  const truths = testRules(compiled, evidence, (index, fault) => faults.set(index, fault));
  const telling: Telling = {
    budget: stepBudget(ruleBudgets.explanationSteps.max),
    charactersLeft: ruleBudgets.explanationCharacters.max,
    worded: new Map(),
  };
  const rules = compiled.rules.map(({ rule, condition }, index): RuleExplanation => {
    const { ruleId, name, type } = rule;
    const fault = faults.get(index) ?? null;
    const leaves =
      condition === null || fault !== null ? null : explainCondition(condition, compiled.lists, evidence, telling);
    return { ruleId, name, outcome: type, status: statusOf(truths[index] ?? UNKNOWN), fault, leaves };
  });
  const decision = decideByTruths(compiled, truths, action, user, evidence.awaited);
  const isCut = rules.some(({ leaves, fault }) => leaves === null && fault === null);
  return { decision, defaultOutcome: action.defaultUserActionResult, rules, isCut };
}

function statusOf(truth: Truth): RuleExplanation['status'] {
  if (truth === UNKNOWN) return 'unknown';
  return truth ? 'matched' : 'not';
}

/** What is left of one explanation's budget, and what has been put into words. */
interface Telling {
  readonly budget: StepBudget;
  charactersLeft: number;
  readonly worded: Map<string, Worded>;
}

interface Worded {
  readonly found: Found;
  /** The value as JSON. */
  readonly text: string;
}

function explainCondition(
  condition: Condition,
  lists: ValueLists,
  evidence: Evidence,
  telling: Telling,
): readonly LeafExplanation[] | null {
  const leaves: LeafExplanation[] = [];
  try {
    explainPart(condition, true, createProbe(condition, lists, evidence, telling), leaves);
    return leaves;
  } catch (error) {
    if (error instanceof StepsSpent) return null;
    throw error;
  }
}

/** Evaluates any part of a condition by itself, outside the hot path. */
interface Probe {
  test(part: Condition): Truth;
  word(part: Condition): Worded;
  /** Must be called for everything that is put into words. */
  spendCharacters(characters: number): void;
}

// Putting a value into words, measured in evaluations.
const wordingSteps = 50;
// The JSON around each part.
const leafCharacters = 120;
const foundCharacters = 45;

function createProbe(condition: Condition, lists: ValueLists, evidence: Evidence, telling: Telling): Probe {
  const { budget } = telling;
  budget.spend(costOf(condition));
  const compiledParts = new Map<Condition, CompiledCondition>();
  const onCompiled = (part: Condition, compiled: CompiledCondition) => void compiledParts.set(part, compiled);
  const linker = { ...createLinker(lists), onCompiled };
  compileCondition(condition, linker);
  const inputs = compileInputs(linker.needs)(evidence, 0);
  // Paths of `missing` are not parts of their own; the values that they read already have a position.
  const compiledPart = (part: Condition) => compiledParts.get(part) ?? compileCondition(part, linker);
  return {
    test: (part) => budget.evaluate(costOf(part), inputs, () => compiledPart(part).test(inputs, null)) ?? UNKNOWN,
    word(part) {
      const key = wordingKey(part);
      const known = key === null ? undefined : telling.worded.get(key);
      if (known !== undefined) return known;
      budget.spend(wordingSteps);
      const read = budget.evaluate(costOf(part), inputs, () => compiledPart(part).read(inputs, null));
      const value = read === undefined ? UNKNOWN : read;
      const preview = previewValue(value);
      const found = { name: nameOf(part), value: preview, isUnknown: value === UNKNOWN };
      const worded = { found, text: JSON.stringify(preview) };
      if (key !== null) telling.worded.set(key, worded);
      return worded;
    },
    spendCharacters(characters) {
      telling.charactersLeft -= characters;
      if (telling.charactersLeft < 0) throw new StepsSpent();
    },
  };
}

/** The same for parts that read the same. */
function wordingKey(part: Condition): string | null {
  if (part.kind === 'history') return historyKey(part.question);
  return part.kind === 'reference' && part.from === 'facts' && part.fallback === null ? `fact ${part.path}` : null;
}

function explainPart(condition: Condition, isDecisive: boolean, probe: Probe, leaves: LeafExplanation[]): void {
  const parts = groupParts(condition, probe);
  if (parts === null) {
    leaves.push(explainLeaf(condition, isDecisive, probe));
    return;
  }
  for (const { part, matters } of parts) explainPart(part, isDecisive && matters, probe, leaves);
}

/** The parts of a group, with whether its truth depends on them; null for a leaf. */
function groupParts(condition: Condition, probe: Probe): readonly { part: Condition; matters: boolean }[] | null {
  if (condition.kind !== 'operation') return null;
  const { operator, args } = condition;
  const all = args.map((part) => ({ part, matters: true }));
  switch (operator) {
    case 'and':
    case 'or': {
      // A true `and` and a false `or` need all of their parts; otherwise the parts that agree with the group decided
      // it.
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
  const tell = (part: Condition): Found => {
    const { found, text } = probe.word(part);
    probe.spendCharacters(foundCharacters + found.name.length + text.length);
    return found;
  };
  const reads = readsOf(condition).filter((part) => part.kind === 'history' || part.from === 'facts');
  const text = describeClaim(condition, truth !== false, (part) => showValue(part, probe));
  probe.spendCharacters(leafCharacters + condition.place.length + text.length);
  return {
    place: condition.place,
    operator: operatorOf(condition),
    reads: reads.map(tell),
    operands: operandsOf(condition).map(tell),
    result: truth === UNKNOWN ? 'unknown' : truth,
    text,
    isDecisive,
  };
}

function operandsOf(condition: Condition): readonly Condition[] {
  if (condition.kind !== 'operation') return [condition];
  // The second argument of an item operator has no value of its own.
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

function nameOf(condition: Condition): string {
  if (condition.kind === 'reference') return condition.path;
  if (condition.kind === 'history') return historyKey(condition.question);
  return describeCondition(condition, () => null);
}

function showValue(condition: Condition, probe: Probe): string | null {
  if (condition.kind === 'reference' && (condition.from === 'item' || listAlias(condition.path) !== null)) return null;
  const { found, text } = probe.word(condition);
  if (found.isUnknown) return 'unknown';
  return found.value === null ? 'missing' : text;
}
