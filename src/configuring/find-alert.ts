import { Refusal } from '../contract/errors.ts';
import { isUuid } from '../calls/is-uuid.ts';
import { loadAlert } from '../storage/queries/alerts.ts';
import type { AlertRow } from '../storage/queries/alerts.ts';
import type { Sql } from '../storage/sql.ts';

/** @throws {Refusal} `not_found` */
export async function findAlert(sql: Sql, tenantId: string, id: string): Promise<AlertRow> {
  const row = isUuid(id) ? await loadAlert(sql, tenantId, id) : undefined;
  if (row === undefined) throw new Refusal('not_found', 'There is no alert with this id.');
  return row;
}
