import { z } from 'zod';
import { json, route } from '../route.ts';
import * as v from '../values.ts';
import { deviceCookie } from './cookies.ts';
import { nothing } from './values.ts';

const rememberedUntil = v.timestamp.optional().describe('Until when it is remembered. Absent: it is not.');

export const rememberDevice = route({
  id: 'rememberDevice',
  method: 'POST',
  path: '/v1/client/devices/remember',
  api: 'client',
  credentials: ['actionToken'],
  title: 'Remember this device',
  description:
    'Lets rules know the device of the action again, by `device.isRemembered`. Needs a token that was issued after a proof of the action by an authenticator of the user’s own; recovery codes do not count. It is for the built-in pages, which present and receive a rotating cookie here: while the device is remembered, only the browser that has the cookie can prolong that.\n\nA cookie that was replaced long before means that somebody has copied it: then all devices of the user are forgotten, and they are told.',
  group: 'own-devices',
  cookies: [deviceCookie],
  params: z.object({}),
  query: z.object({}),
  body: z.object({
    remember: v
      .optional(z.boolean())
      .describe('True if the user wants the device remembered. Absent or false: only the cookie is presented.'),
  }),
  reply: json(z.object({ rememberedUntil })),
  example: {
    request: { body: { remember: true } },
    reply: { rememberedUntil: '2026-03-31T09:30:41.500Z' },
  },
  refusals: ['forbidden', 'invalid_configuration'],
  audit: 'device.remembered',
});

/** A device as its user sees it. */
const ownDevice = z
  .object({
    ownDeviceId: z
      .string()
      .describe('Id of the device for these calls. It is not the `deviceId` that the backend knows it by.'),
    displayName: z.string().optional().describe('The name that the user has given it. Absent: none.'),
    browserName: z.string().optional().describe('Name of the browser. Absent: not known.'),
    osName: z.string().optional().describe('Name of the operating system. Absent: not known.'),
    isCurrent: z.boolean().describe('Whether the action of the token is from it.'),
    createdAt: v.timestamp.describe('When the user was first seen with it.'),
    authenticatedAt: v.timestamp.describe('When the user last verified from it.'),
    rememberedUntil,
    lastVerificationMethod: v.verificationMethod
      .optional()
      .describe('How the user last verified from it. Absent: not known.'),
  })
  .meta({ id: 'OwnDevice' });
export type OwnDevice = z.infer<typeof ownDevice>;

const exampleOwnDevice = {
  ownDeviceId: 'Zr1Z2xYl6wWb0c7m3n9o1Q',
  displayName: 'My laptop',
  browserName: 'Firefox',
  osName: 'macOS',
  isCurrent: true,
  createdAt: '2026-02-20T08:10:00.000Z',
  authenticatedAt: '2026-03-01T09:30:41.500Z',
  rememberedUntil: '2026-03-31T09:30:41.500Z',
  lastVerificationMethod: 'PASSKEY',
};

export const getOwnDevices = route({
  id: 'getOwnDevices',
  method: 'GET',
  path: '/v1/client/devices',
  api: 'client',
  credentials: ['actionToken'],
  title: 'List a user’s own devices',
  description:
    'Returns the devices that the token’s user has verified from, those first that were used last, and at most 100. The token needs a scope to change authenticators, from your backend or earned by a proof: a list of devices is not for whoever only has a link.',
  group: 'own-devices',
  params: z.object({}),
  query: z.object({}),
  body: nothing,
  reply: json(z.array(ownDevice)),
  example: { reply: [exampleOwnDevice] },
  refusals: ['forbidden', 'insufficient_scope'],
  audit: null,
});

const which = z.object({
  ownDeviceId: z.string().describe('Id of one of the user’s own devices, as these calls list it.'),
});
const exampleParams = { ownDeviceId: exampleOwnDevice.ownDeviceId };
const changeRefusals = ['forbidden', 'insufficient_scope', 'not_found'] as const;

export const updateOwnDevice = route({
  id: 'updateOwnDevice',
  method: 'PATCH',
  path: '/v1/client/devices/:ownDeviceId',
  api: 'client',
  credentials: ['actionToken'],
  title: 'Name a user’s own device',
  description:
    'Gives a device of the token’s user a name, by which they know it again in the list. The token needs the scope `update:authenticators`.',
  group: 'own-devices',
  params: which,
  query: z.object({}),
  body: z.object({ displayName: v.displayName }),
  reply: json(ownDevice),
  example: { request: { params: exampleParams, body: { displayName: 'My laptop' } }, reply: exampleOwnDevice },
  refusals: changeRefusals,
  audit: 'device.renamed',
});

export const forgetOwnDevice = route({
  id: 'forgetOwnDevice',
  method: 'DELETE',
  path: '/v1/client/devices/:ownDeviceId',
  api: 'client',
  credentials: ['actionToken'],
  title: 'Forget a user’s own device',
  description:
    'Makes a device of the token’s user count as new, and no longer remembered, until they verify from it again. It can only make decisions stricter, so any scope that changes authenticators permits it.',
  group: 'own-devices',
  params: which,
  query: z.object({}),
  body: nothing,
  reply: json(z.object({ success: z.literal(true).describe('Always true. A failure is an error response.') })),
  example: { request: { params: exampleParams }, reply: { success: true } },
  refusals: changeRefusals,
  audit: 'device.invalidated',
});
