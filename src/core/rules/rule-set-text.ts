import type { Action, Demands, Rule } from './rule-set.ts';

/** The hash of each value list that a rule set names, by alias; null for a list that does not exist. */
export type ListHashes = Readonly<Record<string, string | null>>;

/**
 * Everything that can change a decision, in one canonical text: equal texts decide equally. Its hash names the version
 * of a rule set. Inactive rules and members for other purposes are not included; lists are included by hash.
 */
export function ruleSetText(action: Action, rules: readonly Rule[], listHashes: ListHashes): string {
  const active = rules
    .filter(({ isActive }) => isActive)
    .sort((a, b) => a.priority - b.priority || (a.ruleId < b.ruleId ? -1 : 1));
  const { actionCode, defaultUserActionResult } = action;
  return canonicalText({
    action: { actionCode, defaultUserActionResult, ...demandsOf(action) },
    rules: active.map(({ ruleId, name, priority, type, conditions, ...rest }) => {
      return { ruleId, name, priority, type, conditions: conditions ?? {}, ...demandsOf(rest) };
    }),
    // A rule set without lists has the same text as before lists were named, so nodes of the previous release can read
    // it too.
    ...(Object.keys(listHashes).length === 0 ? { lists: {} } : { listHashes }),
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
