import { Refusal } from '../../contract/errors.ts';
import { updateDevice as route } from '../../contract/server/devices.ts';
import { forgotten } from '../../core/devices/device.ts';
import { changeDevice } from '../../proving/change-device.ts';
import { operation } from '../operation.ts';

export const updateDevice = operation(route, async (context, request) => {
  const { rememberedUntil } = request.body;
  if (typeof rememberedUntil === 'number' && rememberedUntil <= context.runtime.clock.now()) {
    throw new Refusal('invalid_request', 'rememberedUntil must be a time in the future, or null to forget the device.');
  }
  return changeDevice(context, request, route, request.params, (device) => {
    if (rememberedUntil === undefined) return device;
    return rememberedUntil === null ? forgotten(device) : { ...device, rememberedUntil };
  });
});
