import { getDevices as route } from '../../contract/server/devices.ts';
import { listDevices } from '../../storage/queries/devices.ts';
import { operation } from '../operation.ts';
import { deviceView } from '../../views/device-view.ts';

export const getDevices = operation(route, async ({ db }, { caller: { tenant }, params }) =>
  (await listDevices(db, tenant.tenantId, params.userId)).map(deviceView),
);
