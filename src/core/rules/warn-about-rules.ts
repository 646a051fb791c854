import { compileCondition } from './compile-condition.ts';
import type { Condition, Reference } from './condition.ts';
import { costOf } from './cost-of.ts';
import { unknownInputs } from './inputs.ts';
import { createBlindLinker } from './linker.ts';
import { listAlias } from './list-alias.ts';
import { matchesWhenMissing } from './matches-when-missing.ts';
import { nearestText } from './nearest-text.ts';
import { readsOf } from './reads-of.ts';
import { ruleAllowance } from './rule-allowance.ts';
import { ruleBudgets } from './rule-budgets.ts';
import type { Rule } from './rule-set.ts';
import { StepsSpent, stepBudget, type StepBudget } from './step-budget.ts';
import type { Truth } from './value.ts';

export interface Warning {
  readonly code:
    | 'shadowed'
    | 'never_matches'
    | 'matches_when_missing'
    | 'unknown_path'
    | 'unknown_list'
    | 'out_of_reach'
    | 'method_not_enabled'
    | 'incomplete';
  readonly ruleId: string;
  /** JSON pointer into the conditions. */
  readonly place?: string;
  readonly message: string;
}

export interface Draft {
  readonly rules: readonly Rule[];
  /** The aliases of all lists: what they hold changes, so nothing is said of it. */
  readonly lists: ReadonlySet<string>;
}

export interface Known {
  /** Paths of facts, custom data points included. */
  readonly paths: readonly string[];
  /** Those that are never missing. */
  readonly certainPaths: ReadonlySet<string>;
  readonly enabledMethods: readonly string[];
}

type Doubt = Pick<Warning, 'code' | 'message' | 'place'>;

// Nobody reads more.
const doubtsMax = 20;
// Looking for a path among those that are known, measured in evaluations.
const searchSteps = 16;

const incomplete: Doubt = {
  code: 'incomplete',
  message: 'There may be more to warn of: the rules are too much to be looked at to their end.',
};

/**
 * What is allowed but hardly meant, of all rules or of one of them beside the others. Rules whose conditions are refused get
 * no warning about them.
 */
export function warnAboutRules(draft: Draft, known: Known, onlyRuleId?: string): readonly Warning[] {
  const warnings: Warning[] = [];
  const review = createReview(draft, known);
  let alwaysFirst: Rule | null = null;

  for (const rule of [...draft.rules].sort((a, b) => a.priority - b.priority)) {
    const isAskedFor = onlyRuleId === undefined || rule.ruleId === onlyRuleId;
    const warn = (doubt: Doubt) => {
      if (isAskedFor) warnings.push({ ...doubt, ruleId: rule.ruleId });
    };
    if (rule.isActive && alwaysFirst !== null)
      warn({
        code: 'shadowed',
        message: `Rule "${alwaysFirst.name}" has priority ${alwaysFirst.priority} and always matches, so this rule never decides.`,
      });
    const { isAlwaysTrue, doubts } = review(rule, isAskedFor);
    if (isAlwaysTrue && rule.isActive) alwaysFirst ??= rule;
    for (const doubt of doubts.slice(0, doubtsMax)) warn(doubt);
    if (doubts.length > doubtsMax) warn(incomplete);

    for (const method of methodsOf(rule))
      if (!known.enabledMethods.includes(method))
        warn({
          code: 'method_not_enabled',
          message: `${method} is not an enabled verification method, so nobody can be asked for it.`,
        });
  }
  return warnings;
}

/** Looks at one rule after the other, for as long as there are steps left. */
function createReview({ lists }: Draft, known: Known) {
  const budget = stepBudget(ruleBudgets.warningSteps.max);
  const allowance = ruleAllowance();
  const doubtsByName = new Map<string, Doubt | null>();

  /** Where it reads what nobody knows; the same name is looked for once. */
  function doubtAbout(read: Reference): Doubt | null {
    const name = `${read.from} ${read.path}`;
    const earlier = doubtsByName.get(name);
    const doubt = earlier === undefined ? doubtAboutPath(read, known.paths, lists, budget) : earlier;
    doubtsByName.set(name, doubt);
    return doubt;
  }

  return (rule: Rule, isAskedFor: boolean): { readonly isAlwaysTrue: boolean; readonly doubts: readonly Doubt[] } => {
    const doubts: Doubt[] = [];
    let truth: Truth | undefined;
    try {
      const checked = allowance.check(rule.conditions);
      if (!checked.ok) return { isAlwaysTrue: false, doubts };
      const { condition } = checked;
      truth = constantTruth(condition, budget);
      if (!isAskedFor) return { isAlwaysTrue: truth === true, doubts };
      if (truth === false)
        doubts.push({ code: 'never_matches', message: 'The conditions are false whatever the facts are.' });
      if (rule.type === 'ALLOW') doubts.push(...doubtsAboutMissing(condition, known, budget));
      for (const read of readsOf(condition)) {
        const doubt = read.kind === 'reference' ? doubtAbout(read) : null;
        if (doubt !== null) doubts.push({ ...doubt, place: read.place });
        if (doubts.length > doubtsMax) break;
      }
    } catch (error) {
      if (!(error instanceof StepsSpent)) throw error;
      doubts.push(incomplete);
    }
    return { isAlwaysTrue: truth === true, doubts };
  };
}

/** The truth of conditions that is certain with everything unknown; undefined if that takes too much. */
function constantTruth(condition: Condition, budget: StepBudget): Truth | undefined {
  const cost = costOf(condition);
  budget.spend(cost);
  const linker = createBlindLinker();
  const { test } = compileCondition(condition, linker);
  const inputs = unknownInputs(linker.needs, 0);
  return budget.evaluate(cost, inputs, () => test(inputs, null));
}

function doubtsAboutMissing(condition: Condition, { certainPaths }: Known, budget: StepBudget): readonly Doubt[] {
  return matchesWhenMissing(condition, budget)
    .filter(({ paths }) => !paths.some((path) => certainPaths.has(path)))
    .map(({ place, paths }) => {
      const missing = paths.map((path) => `"${path}"`).join(' and ');
      const message = `This also holds without ${missing}, so the rule can allow where that is missing.`;
      return { code: 'matches_when_missing', place, message };
    });
}

function doubtAboutPath(
  { path, from }: Reference,
  knownPaths: readonly string[],
  lists: ReadonlySet<string>,
  budget: StepBudget,
): Doubt | null {
  budget.spend(searchSteps);
  const suggest = (text: string, candidates: Iterable<string>): string => {
    const nearest = nearestText(text, candidates, (steps) => budget.spend(steps));
    return nearest === null ? '.' : `; did you mean "${nearest}"?`;
  };
  const alias = listAlias(path);
  if (from === 'item') {
    if (alias === null && !knownPaths.includes(path)) return null;
    return {
      code: 'out_of_reach',
      message: `Here "var" reads from the item at hand, not from the facts, so "${path}" is missing.`,
    };
  }
  if (alias !== null) {
    if (lists.has(alias)) return null;
    return { code: 'unknown_list', message: `There is no list "${alias}"${suggest(alias, lists)}` };
  }
  // Parts of a known fact, and groups of known facts, are known.
  const group = `${path}.`;
  if (knownPaths.some((known) => group.startsWith(`${known}.`) || known.startsWith(group))) return null;
  return { code: 'unknown_path', message: `There is no fact "${path}"${suggest(path, knownPaths)}` };
}

function methodsOf({ verificationMethods, defaultVerificationMethod }: Rule): ReadonlySet<string> {
  return new Set([...(verificationMethods ?? []), ...(defaultVerificationMethod ? [defaultVerificationMethod] : [])]);
}
