import { forgetOwnDevice as route } from '../../contract/client/devices.ts';
import { invalidated } from '../../core/devices/device.ts';
import { openAction } from '../../proving/open-action.ts';
import { changeOwnDevice } from '../../proving/own-device.ts';
import { requireSomeScope } from '../../proving/permit.ts';
import { operation } from '../operation.ts';

export const forgetOwnDevice = operation(route, async (context, request) => {
  const action = await openAction(context, request.caller);
  requireSomeScope(action);
  const nowMs = context.runtime.clock.now();
  await changeOwnDevice(context, request, route, action, request.params.ownDeviceId, {
    permit: requireSomeScope,
    change: (device) => invalidated(device, nowMs),
  });
  return { success: true } as const;
});
