import { checkCondition } from './check-condition.ts';
import { listAlias } from './list-alias.ts';
import { readsOf } from './reads-of.ts';
import type { Action, Demands, Rule, RuleSet } from './rule-set.ts';

/**
 * Everything that can change a decision, in one canonical text: equal texts decide equally. Hash it to name the version
 * of a rule set. Inactive rules, unused lists and members of other concerns leave no trace in it.
 */
export function ruleSetText(action: Action, { rules, lists }: RuleSet): string {
  const active = rules
    .filter(({ isActive }) => isActive)
    .sort((a, b) => a.priority - b.priority || (a.ruleId < b.ruleId ? -1 : 1));
  const { actionCode, defaultUserActionResult } = action;
  return canonicalText({
    action: { actionCode, defaultUserActionResult, ...demandsOf(action) },
    rules: active.map(({ ruleId, name, priority, type, conditions, ...rest }) => {
      return { ruleId, name, priority, type, conditions: conditions ?? {}, ...demandsOf(rest) };
    }),
    lists: Object.fromEntries([...usedLists(active)].map((alias) => [alias, lists.get(alias)])),
  });
}

function demandsOf(demands: Demands): Demands {
  return {
    verificationMethods: demands.verificationMethods ?? undefined,
    defaultVerificationMethod: demands.defaultVerificationMethod ?? undefined,
    promptToEnrollVerificationMethods: demands.promptToEnrollVerificationMethods ?? undefined,
    minimumAssurance: demands.minimumAssurance ?? undefined,
  };
}

function usedLists(rules: readonly Rule[]): ReadonlySet<string> {
  const aliases = new Set<string>();
  for (const { conditions } of rules) {
    const checked = checkCondition(conditions);
    for (const read of checked.ok ? readsOf(checked.condition) : []) {
      const alias = read.kind === 'reference' && read.from === 'facts' ? listAlias(read.path) : null;
      if (alias !== null) aliases.add(alias);
    }
  }
  return aliases;
}

/** JSON with sorted keys. */
function canonicalText(value: unknown): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(canonicalText).join(',')}]`;
  const members = Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, member]) => `${JSON.stringify(name)}:${canonicalText(member)}`);
  return `{${members.join(',')}}`;
}
