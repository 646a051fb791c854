import { invalidateUsersDevice as route } from '../../contract/management/users-devices.ts';
import { invalidateUserDevice } from '../../proving/change-device.ts';
import { operation } from '../operation.ts';

export const invalidateUsersDevice = operation(route, (context, request) =>
  invalidateUserDevice(context, request, route, request.params),
);
