import { sqlTime, statement } from '../sql.ts';
import type { Sql } from '../sql.ts';

export interface CustomDataPointRow {
  readonly dataPointId: string;
  readonly name: string;
  readonly dataType: 'text' | 'number' | 'boolean' | 'multiselect';
  readonly modelType: 'action' | 'user';
  readonly description: string | null;
  readonly isPublic: boolean;
  readonly linked: boolean;
}

const columns = 'data_point_id, name, data_type, model_type, description, is_public, linked';

const listStatement = statement<CustomDataPointRow>(
  'list_custom_data_points',
  `select ${columns} from custom_data_points where tenant_id = $1 order by name collate "C", model_type`,
);

export async function listCustomDataPoints(sql: Sql, tenantId: string): Promise<readonly CustomDataPointRow[]> {
  return sql.query(listStatement, [tenantId]);
}

const loadStatement = statement<CustomDataPointRow>(
  'load_custom_data_point',
  `select ${columns} from custom_data_points where tenant_id = $1 and data_point_id = $2`,
);

export async function loadCustomDataPoint(
  sql: Sql,
  tenantId: string,
  dataPointId: string,
): Promise<CustomDataPointRow | undefined> {
  const [row] = await sql.query(loadStatement, [tenantId, dataPointId]);
  return row;
}

const recordStatement = statement<never>(
  'record_custom_data_point',
  `insert into custom_data_points
     (tenant_id, data_point_id, name, data_type, model_type, description, is_public, linked, created_at)
   values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
   on conflict (tenant_id, data_point_id) do update set
     description = excluded.description, is_public = excluded.is_public, linked = excluded.linked`,
);

/**
 * Stores a new point, or replaces an existing one. @throws a unique violation if another has its name and model type.
 */
export async function recordCustomDataPoint(
  sql: Sql,
  tenantId: string,
  row: CustomDataPointRow,
  nowMs: number,
): Promise<void> {
  await sql.query(recordStatement, [
    tenantId,
    row.dataPointId,
    row.name,
    row.dataType,
    row.modelType,
    row.description,
    row.isPublic,
    row.linked,
    sqlTime(nowMs),
  ]);
}

const deleteStatement = statement<never>(
  'delete_custom_data_point',
  'delete from custom_data_points where tenant_id = $1 and data_point_id = $2',
);

export async function deleteCustomDataPointRow(sql: Sql, tenantId: string, dataPointId: string): Promise<void> {
  await sql.query(deleteStatement, [tenantId, dataPointId]);
}
