import { checkCondition } from './check-condition.ts';
import { listAlias } from './list-alias.ts';
import { readsOf } from './reads-of.ts';
import type { Rule } from './rule-set.ts';

// What an alias can be. A path may name anything; what is no alias is no list, and never will be.
const aliasForm = /^[a-z0-9-]+$/;

/** The aliases of the value lists that active rules name, whether there are such lists or not. */
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
