import { listCustomDataPoints as route } from '../../contract/management/custom-data-points.ts';
import { listCustomDataPoints as listRows } from '../../storage/queries/custom-data-points.ts';
import { operation } from '../operation.ts';
import { customDataPointView } from '../../views/custom-data-point-view.ts';

export const listCustomDataPoints = operation(route, async ({ db }, { caller: { tenant } }) =>
  (await listRows(db, tenant.tenantId)).map(customDataPointView),
);
