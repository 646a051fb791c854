import { checkCondition } from './check-condition.ts';
import { compileCondition } from './compile-condition.ts';
import type { Condition, Reference } from './condition.ts';
import { compileInputs } from './inputs.ts';
import { createLinker } from './linker.ts';
import { listAlias } from './list-alias.ts';
import { nearestText } from './nearest-text.ts';
import { readsOf } from './reads-of.ts';
import type { Rule } from './rule-set.ts';
import type { Truth } from './value.ts';

export interface Warning {
  readonly code: 'shadowed' | 'never_matches' | 'unknown_path' | 'unknown_list' | 'out_of_reach' | 'method_not_enabled';
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
  readonly paths: Iterable<string>;
  readonly enabledMethods: readonly string[];
}

/** What is allowed but hardly meant. Rules whose conditions are refused get no warning about them. */
export function warnAboutRules({ rules, lists }: Draft, known: Known): readonly Warning[] {
  const paths = [...known.paths];
  const warnings: Warning[] = [];
  let alwaysFirst: Rule | null = null;

  for (const rule of [...rules].sort((a, b) => a.priority - b.priority)) {
    const warn = (code: Warning['code'], message: string, place?: string) =>
      warnings.push({ code, ruleId: rule.ruleId, ...(place === undefined ? {} : { place }), message });

    if (rule.isActive && alwaysFirst !== null)
      warn(
        'shadowed',
        `Rule "${alwaysFirst.name}" has priority ${alwaysFirst.priority} and always matches, so this rule never decides.`,
      );

    const checked = checkCondition(rule.conditions);
    if (checked.ok) {
      const constant = constantTruth(checked.condition, lists);
      if (constant === true && rule.isActive) alwaysFirst ??= rule;
      if (constant === false) warn('never_matches', 'The conditions are false whatever the facts are.');
      for (const read of readsOf(checked.condition)) {
        const doubt = read.kind === 'reference' ? doubtAbout(read, paths, lists) : null;
        if (doubt !== null) warn(doubt.code, doubt.message, read.place);
      }
    }

    for (const method of methodsOf(rule))
      if (!known.enabledMethods.includes(method))
        warn('method_not_enabled', `${method} is not an enabled verification method, so nobody can be asked for it.`);
  }
  return warnings;
}

function doubtAbout(
  { path, from }: Reference,
  knownPaths: readonly string[],
  lists: Draft['lists'],
): Pick<Warning, 'code' | 'message'> | null {
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
    return { code: 'unknown_list', message: `There is no list "${alias}"${suggest(alias, lists.keys())}` };
  }
  // Parts of a known fact, and groups of known facts, are known.
  if (knownPaths.some((known) => `${path}.`.startsWith(`${known}.`) || known.startsWith(`${path}.`))) return null;
  return { code: 'unknown_path', message: `There is no fact "${path}"${suggest(path, knownPaths)}` };
}

function suggest(text: string, candidates: Iterable<string>): string {
  const nearest = nearestText(text, candidates);
  return nearest === null ? '.' : `; did you mean "${nearest}"?`;
}

/** The truth of conditions that read nothing; null if they read something. */
function constantTruth(condition: Condition, lists: Draft['lists']): Truth | null {
  const readsList = readsOf(condition).some(
    (read) => read.kind === 'reference' && lists.has(listAlias(read.path) ?? ''),
  );
  if (readsList) return null;
  const linker = createLinker(new Map());
  const { test } = compileCondition(condition, linker);
  if (linker.needs.paths.length > 0 || linker.needs.history.length > 0) return null;
  try {
    return test(compileInputs(linker.needs)({ facts: {}, history: new Map() }), null);
  } catch {
    return null;
  }
}

function methodsOf({ verificationMethods, defaultVerificationMethod }: Rule): ReadonlySet<string> {
  return new Set([...(verificationMethods ?? []), ...(defaultVerificationMethod ? [defaultVerificationMethod] : [])]);
}
