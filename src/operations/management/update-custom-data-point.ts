import { updateCustomDataPoint as route } from '../../contract/management/custom-data-points.ts';
import { recordCustomDataPoint } from '../../storage/queries/custom-data-points.ts';
import { operation } from '../operation.ts';
import { applyPatch } from './apply-patch.ts';
import { changeConfiguration } from './change-configuration.ts';
import { customDataPointView } from './custom-data-point-view.ts';
import { findCustomDataPoint } from './find-custom-data-point.ts';
import { refuseChange } from './refuse-change.ts';

export const updateCustomDataPoint = operation(route, async (context, request) => {
  const { body, params } = request;
  const { tenantId } = request.caller.tenant;
  return changeConfiguration(context, route, request, async (sql) => {
    const row = await findCustomDataPoint(sql, tenantId, params.id);
    refuseChange('name', body.name, row.name);
    refuseChange('dataType', body.dataType, row.data_type);
    refuseChange('modelType', body.modelType, row.model_type);
    const changed = applyPatch(row, {
      description: body.description,
      is_public: body.isPublic === null ? false : body.isPublic,
      linked: body.linked === null ? false : body.linked,
    });
    await recordCustomDataPoint(sql, tenantId, changed, context.runtime.clock.now());
    const answer = customDataPointView(changed);
    return { before: customDataPointView(row), after: answer, answer };
  });
});
