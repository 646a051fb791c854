import { listUsersDevices as route } from '../../contract/management/users-devices.ts';
import { listDevices } from '../../storage/queries/devices.ts';
import { operation } from '../operation.ts';
import { deviceView } from '../../views/device-view.ts';

export const listUsersDevices = operation(route, async ({ db }, { caller: { tenant }, params }) =>
  (await listDevices(db, tenant.tenantId, params.userId)).map(deviceView),
);
