import type { Condition } from './condition.ts';

type Readable = Extract<Condition, { kind: 'reference' | 'history' }>;

/** Every `var` and every history question in a condition, in reading order. */
export function readsOf(condition: Condition): readonly Readable[] {
  switch (condition.kind) {
    case 'value':
      return [];
    case 'history':
      return [condition];
    case 'reference':
      return [condition, ...(condition.fallback === null ? [] : readsOf(condition.fallback))];
    case 'missing':
      return condition.references;
    case 'array':
      return condition.items.flatMap(readsOf);
    case 'operation':
      return condition.args.flatMap(readsOf);
  }
}
