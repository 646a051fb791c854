import type { CustomDataPointRow } from '../storage/queries/custom-data-points.ts';
import { omitAbsent } from './omit-absent.ts';

/** A custom data point as responses show it. */
export function customDataPointView(row: CustomDataPointRow) {
  return omitAbsent({
    id: row.dataPointId,
    name: row.name,
    dataType: row.dataType,
    modelType: row.modelType,
    description: row.description,
    isPublic: row.isPublic,
    linked: row.linked,
  });
}
