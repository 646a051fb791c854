import { invalidateDevice as route } from '../../contract/server/devices.ts';
import { invalidateUserDevice } from '../../proving/change-device.ts';
import { operation } from '../operation.ts';

export const invalidateDevice = operation(route, (context, request) =>
  invalidateUserDevice(context, request, route, request.params),
);
