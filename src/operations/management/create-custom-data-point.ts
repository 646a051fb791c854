import { Refusal } from '../../contract/errors.ts';
import { createCustomDataPoint as route } from '../../contract/management/custom-data-points.ts';
import { listCustomDataPoints, recordCustomDataPoint } from '../../storage/queries/custom-data-points.ts';
import type { CustomDataPointRow } from '../../storage/queries/custom-data-points.ts';
import { operation } from '../operation.ts';
import { changeConfiguration } from '../../configuring/change-configuration.ts';
import { customDataPointView } from '../../views/custom-data-point-view.ts';

export const createCustomDataPoint = operation(route, async (context, request) => {
  const { body } = request;
  const { tenantId } = request.caller.tenant;
  const created: CustomDataPointRow = {
    dataPointId: context.runtime.ids.uuid(),
    name: body.name,
    dataType: body.dataType,
    modelType: body.modelType,
    description: body.description ?? null,
    isPublic: body.isPublic ?? false,
    linked: body.linked ?? false,
  };
  return changeConfiguration(context, route, request, async (sql) => {
    const known = await listCustomDataPoints(sql, tenantId);
    if (known.some((row) => row.name === body.name && row.modelType === body.modelType)) {
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
