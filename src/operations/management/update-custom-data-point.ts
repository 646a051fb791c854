import { updateCustomDataPoint as route } from '../../contract/management/custom-data-points.ts';
import { recordCustomDataPoint } from '../../storage/queries/custom-data-points.ts';
import { operation } from '../operation.ts';
import { applyPatch } from '../../configuring/apply-patch.ts';
import { changeConfiguration } from '../../configuring/change-configuration.ts';
import { customDataPointView } from '../../views/custom-data-point-view.ts';
import { findCustomDataPoint } from '../../configuring/find-custom-data-point.ts';
import { requireUnchanged } from '../../configuring/require-unchanged.ts';

export const updateCustomDataPoint = operation(route, async (context, request) => {
  const { body, params } = request;
  const { tenantId } = request.caller.tenant;
  return changeConfiguration(context, route, request, async (sql) => {
    const row = await findCustomDataPoint(sql, tenantId, params.id);
    requireUnchanged('name', body.name, row.name);
    requireUnchanged('dataType', body.dataType, row.dataType);
    requireUnchanged('modelType', body.modelType, row.modelType);
    const changed = applyPatch(row, {
      description: body.description,
      isPublic: body.isPublic === null ? false : body.isPublic,
      linked: body.linked === null ? false : body.linked,
    });
    await recordCustomDataPoint(sql, tenantId, changed, context.runtime.clock.now());
    const answer = customDataPointView(changed);
    return { before: customDataPointView(row), after: answer, answer };
  });
});
