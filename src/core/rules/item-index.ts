import { ipRanges } from './ip-ranges.ts';
import type { Value } from './value.ts';

/** What the items of a list are searched by. */
export interface ItemIndex {
  /** Without null: nothing is found that is not there (ruling 38). */
  asSet(): ReadonlySet<unknown>;
  /** Whether an address in text form lies in one of the items. */
  isInRange(): (address: string) => boolean;
}

const indexes = new WeakMap<readonly Value[], ItemIndex>();

/** The index of a list, made when it is first needed and once for all rule sets that share the list; it goes with the list. */
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
