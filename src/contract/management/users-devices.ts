import { z } from 'zod';
import { json } from '../route.ts';
import { device, deviceParams, exampleDevice } from '../server/devices.ts';
import { userParams } from '../server/users.ts';
import { managementRoute, nothing } from './management-route.ts';

export const listUsersDevices = managementRoute({
  id: 'listUsersDevices',
  method: 'GET',
  path: '/users/:userId/devices',
  title: 'See a user’s devices',
  description:
    'Lists the devices of a user as the server API does, those first that were used last, and at most 1,000. An unknown user has none.',
  group: 'support',
  params: userParams,
  body: nothing,
  reply: json(z.array(device)),
  example: { request: { params: { userId: 'alice' } }, reply: [exampleDevice] },
  refusals: [],
  audit: null,
});

export const invalidateUsersDevice = managementRoute({
  id: 'invalidateUsersDevice',
  method: 'POST',
  path: '/users/:userId/devices/:deviceId/invalidate',
  title: 'Invalidate a lost device',
  description:
    'Makes a device count as new until the user verifies from it again, and forgets it if it was remembered, as the server API does: for support tools that hold no server key.',
  group: 'support',
  params: deviceParams,
  body: nothing,
  reply: json(device),
  example: {
    request: { params: { userId: exampleDevice.userId, deviceId: exampleDevice.deviceId } },
    reply: {
      userId: exampleDevice.userId,
      deviceId: exampleDevice.deviceId,
      createdAt: exampleDevice.createdAt,
      authenticatedAt: exampleDevice.authenticatedAt,
      invalidatedAt: '2026-03-02T10:00:00.000Z',
      lastVerificationMethod: 'PASSKEY',
    },
  },
  refusals: ['not_found'],
  audit: 'device.invalidated',
});
