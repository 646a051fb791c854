import { z } from 'zod';
import { json, route } from '../route.ts';
import * as v from '../values.ts';
import { userParams } from './users.ts';

export const device = z
  .object({
    userId: z.string().describe('The user whose device it is.'),
    deviceId: z.string().describe('The id that you tracked an action with.'),
    createdAt: v.timestamp.describe('When the user was first tracked with it.'),
    authenticatedAt: v.timestamp.describe('When the user last verified from it; absent if never.').optional(),
    invalidatedAt: v.timestamp
      .describe(
        'When it was last invalidated; absent if never. It counts as new unless `authenticatedAt` is later than this.',
      )
      .optional(),
    rememberedUntil: v.timestamp
      .describe('Until when it is remembered; absent if it is not. May be in the past.')
      .optional(),
    lastVerificationMethod: v.verificationMethod
      .describe('How the user last verified from it; absent if that is not known.')
      .optional(),
  })
  .meta({ id: 'Device', description: 'A browser or phone that a user was tracked with.' });
export type Device = z.infer<typeof device>;

export const deviceParams = userParams.extend({ deviceId: v.deviceId });

export const exampleDevice = {
  userId: 'alice',
  deviceId: '7f0e0a2c-5b0f-4c5e-9f3e-0d7f2b1c8a55',
  createdAt: '2026-02-20T08:10:00.000Z',
  authenticatedAt: '2026-03-01T09:30:41.500Z',
  rememberedUntil: '2026-03-31T09:30:41.500Z',
  lastVerificationMethod: 'PASSKEY',
};
const exampleParams = { userId: exampleDevice.userId, deviceId: exampleDevice.deviceId };

export const getDevices = route({
  id: 'getDevices',
  method: 'GET',
  path: '/v1/users/:userId/devices',
  api: 'server',
  title: 'List a user’s devices',
  description:
    'Lists the devices that a user was tracked with by `deviceId`, those first that were used last, and at most 1,000. One that the user has not verified from has no `authenticatedAt`. An unknown user has none.',
  group: 'devices',
  params: userParams,
  query: z.object({}),
  body: z.object({}),
  reply: json(z.array(device)),
  example: { request: { params: { userId: 'alice' } }, reply: [exampleDevice] },
  refusals: [],
  audit: null,
});

export const updateDevice = route({
  id: 'updateDevice',
  method: 'PATCH',
  path: '/v1/users/:userId/devices/:deviceId',
  api: 'server',
  title: 'Remember or forget a device',
  description:
    'Sets until when a device is remembered, so that rules can spare its user a challenge by `device.isRemembered`. Null forgets it. A device that was invalidated does not count as remembered before the user has verified from it again.\n\nA `deviceId` is only what the caller claims. Take it from a cookie that scripts cannot read (`HttpOnly`), and never from a member of a request.',
  group: 'devices',
  params: deviceParams,
  query: z.object({}),
  body: z.object({
    rememberedUntil: v
      .instant('rememberedUntil must be an ISO 8601 date, such as 2030-02-20T01:51:56.070Z, or null.')
      .nullish()
      .describe(
        'Until when to remember it, an ISO 8601 time in the future of at most 64 characters, or null to forget it. Nothing changes if left out.',
      ),
  }),
  reply: json(device),
  example: {
    request: { params: exampleParams, body: { rememberedUntil: exampleDevice.rememberedUntil } },
    reply: exampleDevice,
  },
  refusals: ['not_found'],
  audit: 'device.updated',
});

export const invalidateDevice = route({
  id: 'invalidateDevice',
  method: 'POST',
  path: '/v1/users/:userId/devices/:deviceId/invalidate',
  api: 'server',
  title: 'Invalidate a device',
  description:
    'Makes a device count as new until the user verifies from it again, and forgets it if it was remembered: for a laptop that was lost or sold. Repeating a call changes nothing.',
  group: 'devices',
  params: deviceParams,
  query: z.object({}),
  body: z.object({}),
  reply: json(device),
  example: {
    request: { params: exampleParams },
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
