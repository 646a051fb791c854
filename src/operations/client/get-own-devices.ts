import { getOwnDevices as route } from '../../contract/client/devices.ts';
import { openAction } from '../../proving/open-action.ts';
import { ownDevice } from '../../proving/own-device.ts';
import { requireSomeScope } from '../../proving/permit.ts';
import { listKnownDevices } from '../../storage/queries/devices.ts';
import { operation } from '../operation.ts';

export const getOwnDevices = operation(route, async (context, request) => {
  const action = await openAction(context, request.caller);
  requireSomeScope(action);
  const devices = await listKnownDevices(context.db, action.key.tenantId, action.key.userId);
  return devices.map((device) => ownDevice(context, action, device));
});
