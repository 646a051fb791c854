import { Refusal } from '../../contract/errors.ts';
import { createCustomDataPoint as route } from '../../contract/management/custom-data-points.ts';
import { listCustomDataPoints, recordCustomDataPoint } from '../../storage/queries/custom-data-points.ts';
import type { CustomDataPointRow } from '../../storage/queries/custom-data-points.ts';
import { operation } from '../operation.ts';
import { changeConfiguration } from './change-configuration.ts';
import { customDataPointView } from './custom-data-point-view.ts';

export const createCustomDataPoint = operation(route, async (context, request) => {
  const { body } = request;
  const { tenantId } = request.caller.tenant;
  const created: CustomDataPointRow = {
    data_point_id: context.runtime.ids.uuid(),
    name: body.name,
    data_type: body.dataType,
    model_type: body.modelType,
    description: body.description ?? null,
    is_public: body.isPublic ?? false,
    linked: body.linked ?? false,
  };
  return changeConfiguration(context, route, request, async (sql) => {
    const known = await listCustomDataPoints(sql, tenantId);
    if (known.some((row) => row.name === body.name && row.model_type === body.modelType)) {
      throw new Refusal(
        'resource_already_exists',
        `A custom data point ${body.name} of this model type already exists.`,
      );
    }
    await recordCustomDataPoint(sql, tenantId, created, context.runtime.clock.now());
    const answer = customDataPointView(created);
    return { before: undefined, after: answer, answer };
  });
});
