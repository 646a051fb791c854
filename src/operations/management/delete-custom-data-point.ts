import { deleteCustomDataPoint as route } from '../../contract/management/custom-data-points.ts';
import { deleteCustomDataPointRow } from '../../storage/queries/custom-data-points.ts';
import { operation } from '../operation.ts';
import { changeConfiguration } from '../../configuring/change-configuration.ts';
import { customDataPointView } from '../../views/custom-data-point-view.ts';
import { findCustomDataPoint } from '../../configuring/find-custom-data-point.ts';

export const deleteCustomDataPoint = operation(route, async (context, request) => {
  const { tenantId } = request.caller.tenant;
  return changeConfiguration(context, route, request, async (sql) => {
    const row = await findCustomDataPoint(sql, tenantId, request.params.id);
    await deleteCustomDataPointRow(sql, tenantId, row.dataPointId);
    return { before: customDataPointView(row), after: undefined, answer: { success: true } as const };
  });
});
