import type { CustomDataPointRow } from '../../storage/queries/custom-data-points.ts';
import { omitAbsent } from '../omit-absent.ts';

/** A custom data point as it is answered. */
export function customDataPointView(row: CustomDataPointRow) {
  return omitAbsent({
    id: row.data_point_id,
    name: row.name,
    dataType: row.data_type,
    modelType: row.model_type,
    description: row.description,
    isPublic: row.is_public,
    linked: row.linked,
  });
}
