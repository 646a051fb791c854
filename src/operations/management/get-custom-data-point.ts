import { getCustomDataPoint as route } from '../../contract/management/custom-data-points.ts';
import { operation } from '../operation.ts';
import { customDataPointView } from '../../views/custom-data-point-view.ts';
import { findCustomDataPoint } from '../../configuring/find-custom-data-point.ts';

export const getCustomDataPoint = operation(route, async ({ db }, { caller: { tenant }, params }) =>
  customDataPointView(await findCustomDataPoint(db, tenant.tenantId, params.id)),
);
