import type { Condition, Reference } from './condition.ts';
import { itemOperators } from './operators.ts';
import { steps } from './steps.ts';

/**
 * The most steps that one evaluation of a condition takes, without those that depend on data. These are spent while it
 * runs: the second argument of an item operator once for each item.
 */
export function costOf(condition: Condition): number {
  switch (condition.kind) {
    case 'value':
      return 1 + (typeof condition.value === 'string' ? steps.ofText(condition.value) : 0);
    case 'array':
      return 1 + sumOf(condition.items);
    case 'reference':
      return referenceSteps(condition) + (condition.fallback === null ? 0 : costOf(condition.fallback));
    case 'missing':
      return condition.references.reduce((sum, reference) => sum + referenceSteps(reference), 1);
    case 'history':
      return 1;
    case 'operation': {
      const { operator, args } = condition;
      const once = itemOperators.has(operator) ? args.filter((_, index) => index !== 1) : args;
      // The middle of three is compared twice.
      const twice = args.length === 3 && /^[<>]=?$/.test(operator) ? args.slice(1, 2) : [];
      return 1 + sumOf(once) + sumOf(twice) + (operator === 'inCidr' ? steps.ofAddressSearch : 0);
    }
  }
}

function referenceSteps({ from, path }: Reference): number {
  return from === 'item' ? steps.ofPath(path) : 1;
}

function sumOf(conditions: readonly Condition[]): number {
  return conditions.reduce((sum, condition) => sum + costOf(condition), 0);
}
