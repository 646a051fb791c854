import { ipRanges } from './ip-ranges.ts';
import type { Value } from './value.ts';

/** An index for searching the items of a list. */
export interface ItemIndex {
  /** Without null: a missing value is never found (ruling 38). */
  asSet(): ReadonlySet<unknown>;
  /** Whether an address in text form is in one of the items. */
  isInRange(): (address: string) => boolean;
}

const indexes = new WeakMap<readonly Value[], ItemIndex>();

/**
 * The index of a list, created when it is first needed and shared by all rule sets with the list; it is freed with the
 * list.
 */
export function itemIndex(items: readonly Value[]): ItemIndex {
  const known = indexes.get(items);
  if (known !== undefined) return known;
  let set: ReadonlySet<unknown> | undefined;
  let isInRange: ((address: string) => boolean) | undefined;
  const made: ItemIndex = {
    asSet: () => (set ??= new Set(items.filter((item) => item !== null))),
    isInRange: () => (isInRange ??= ipRanges(items.filter((item) => typeof item === 'string'))),
  };
  indexes.set(items, made);
  return made;
}
