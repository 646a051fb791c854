import { checkCondition } from './check-condition.ts';
import { listAlias } from './list-alias.ts';
import { readsOf } from './reads-of.ts';

/** What a rule reads that tenants make themselves. */
interface RuleUses {
  /** Aliases of value lists, whether such lists exist or not. */
  readonly lists: string[];
  /** Names of members of `custom`, of the action or of the user. */
  readonly dataPoints: string[];
}

/** What stored conditions read. Nothing if this release does not understand them: then the rule never matches. */
export function usesOf(conditions: unknown): RuleUses {
  const lists = new Set<string>();
  const dataPoints = new Set<string>();
  const checked = checkCondition(conditions);
  for (const read of checked.ok ? readsOf(checked.condition) : []) {
    if (read.kind === 'history') {
      if (read.question.operator === 'customSum') dataPoints.add(read.question.name);
    } else if (read.from === 'facts') {
      const alias = listAlias(read.path);
      const name = /^(?:user\.)?custom\.([^.]+)/.exec(read.path)?.[1];
      if (alias !== null) lists.add(alias);
      if (name !== undefined) dataPoints.add(name);
    }
  }
  return { lists: [...lists].toSorted(), dataPoints: [...dataPoints].toSorted() };
}
