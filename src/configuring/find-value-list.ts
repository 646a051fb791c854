import { Refusal } from '../contract/errors.ts';
import { loadValueList } from '../storage/queries/value-lists.ts';
import type { ValueListRow } from '../storage/queries/value-lists.ts';
import type { Sql } from '../storage/sql.ts';

/** @throws {Refusal} `not_found` */
export async function findValueList(sql: Sql, tenantId: string, alias: string): Promise<ValueListRow> {
  const row = /^[a-z0-9-]+$/.test(alias) ? await loadValueList(sql, tenantId, alias) : undefined;
  if (row === undefined) throw new Refusal('not_found', 'There is no value list with this alias.');
  return row;
}
