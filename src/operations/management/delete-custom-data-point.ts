import { deleteCustomDataPoint as route } from '../../contract/management/custom-data-points.ts';
import { deleteCustomDataPointRow } from '../../storage/queries/custom-data-points.ts';
import { operation } from '../operation.ts';
import { changeConfiguration } from './change-configuration.ts';
import { customDataPointView } from './custom-data-point-view.ts';
import { findCustomDataPoint } from './find-custom-data-point.ts';

export const deleteCustomDataPoint = operation(route, async (context, request) => {
  const { tenantId } = request.caller.tenant;
  return changeConfiguration(context, route, request, async (sql) => {
    const row = await findCustomDataPoint(sql, tenantId, request.params.id);
    await deleteCustomDataPointRow(sql, tenantId, row.data_point_id);
    return { before: customDataPointView(row), after: undefined, answer: { success: true } as const };
  });
});
