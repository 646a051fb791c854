import { Refusal } from '../contract/errors.ts';
import { loadCustomDataPoint } from '../storage/queries/custom-data-points.ts';
import type { CustomDataPointRow } from '../storage/queries/custom-data-points.ts';
import type { Sql } from '../storage/sql.ts';

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** @throws {Refusal} `not_found` */
export async function findCustomDataPoint(sql: Sql, tenantId: string, id: string): Promise<CustomDataPointRow> {
  const row = uuid.test(id) ? await loadCustomDataPoint(sql, tenantId, id) : undefined;
  if (row === undefined) throw new Refusal('not_found', 'There is no custom data point with this id.');
  return row;
}
