import { checkCondition } from './check-condition.ts';
import { listAlias } from './list-alias.ts';
import { readsOf } from './reads-of.ts';
import type { Rule } from './rule-set.ts';

// The form of an alias. A path may name anything; a path that is not an alias can never be a list.
const aliasForm = /^[a-z0-9-]+$/;

/** The aliases of the value lists that active rules name, whether such lists exist or not. */
export function namedLists(rules: readonly Rule[]): readonly string[] {
  const aliases = new Set<string>();
  for (const { isActive, conditions } of rules) {
    const checked = isActive ? checkCondition(conditions) : null;
    for (const read of checked?.ok === true ? readsOf(checked.condition) : []) {
      const alias = read.kind === 'reference' && read.from === 'facts' ? listAlias(read.path) : null;
      if (alias !== null && aliasForm.test(alias)) aliases.add(alias);
    }
  }
  return [...aliases].sort();
}
