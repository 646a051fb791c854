import type { Rule } from './rule-set.ts';
import { usesOf } from './uses-of.ts';

// The form of an alias. A path may name anything; a path that is not an alias can never be a list.
const aliasForm = /^[a-z0-9-]+$/;

/** The aliases of the value lists that active rules name, whether such lists exist or not. */
export function namedLists(rules: readonly Rule[]): readonly string[] {
  const named = rules.flatMap(({ isActive, conditions }) => (isActive ? usesOf(conditions).lists : []));
  return [...new Set(named)].filter((alias) => aliasForm.test(alias)).toSorted();
}
