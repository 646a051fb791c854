import type { CustomDataPointRow } from '../storage/queries/custom-data-points.ts';

type Data = Readonly<Record<string, unknown>> | null | undefined;

/** What a user's own device may see of custom data: the values of data points that are public. Absent if there are none. */
export function publicData(
  dataPoints: readonly CustomDataPointRow[],
  model: CustomDataPointRow['modelType'],
  data: Data,
): { readonly custom?: Readonly<Record<string, unknown>> } {
  const names = dataPoints.filter(({ isPublic, modelType }) => isPublic && modelType === model).map(({ name }) => name);
  const shown = Object.entries(data ?? {}).filter(([name]) => names.includes(name));
  return shown.length === 0 ? {} : { custom: Object.fromEntries(shown) };
}
