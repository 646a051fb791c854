import { updateOwnDevice as route } from '../../contract/client/devices.ts';
import { openAction } from '../../proving/open-action.ts';
import { changeOwnDevice, ownDevice } from '../../proving/own-device.ts';
import { requireScope } from '../../proving/permit.ts';
import { operation } from '../operation.ts';

export const updateOwnDevice = operation(route, async (context, request) => {
  const action = await openAction(context, request.caller);
  requireScope(action, 'update:authenticators');
  const { displayName: name } = request.body;
  const named = await changeOwnDevice(context, request, route, action, request.params.ownDeviceId, {
    permit: (held) => requireScope(held, 'update:authenticators'),
    change: (device) => ({ ...device, name }),
  });
  return ownDevice(context, action, named);
});
