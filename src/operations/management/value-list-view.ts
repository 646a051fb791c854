import type { ValueListRow } from '../../storage/queries/value-lists.ts';
import { omitAbsent } from '../omit-absent.ts';

/** A value list as it is answered: items in the order sent. */
export function valueListView(row: ValueListRow) {
  return omitAbsent({
    name: row.name,
    alias: row.alias,
    itemType: row.item_type,
    isActive: row.is_active,
    valueListItems: row.items === null ? null : [...row.items],
  });
}
