import type { ValueListRow } from '../storage/queries/value-lists.ts';
import { omitAbsent } from './omit-absent.ts';

/** A value list as responses show it, with its items in the order sent. */
export function valueListView(row: ValueListRow) {
  return omitAbsent({
    name: row.name,
    alias: row.alias,
    itemType: row.itemType,
    isActive: row.isActive,
    valueListItems: row.items === null ? null : [...row.items],
  });
}
