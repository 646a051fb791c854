import { z } from 'zod';
import { json, route } from '../route.ts';
import { exampleAddress, examplePasskey } from './examples.ts';
import { sessionCookie } from './cookies.ts';
import * as v from '../values.ts';
import { nothing, ownAuthenticator } from './values.ts';

export const getOwnAuthenticators = route({
  id: 'getOwnAuthenticators',
  method: 'GET',
  path: '/v1/client/user-authenticators',
  api: 'client',
  credentials: ['actionToken', 'tenantId'],
  title: 'List a user’s own authenticators',
  description:
    'Returns all verified authenticators of the token’s user, oldest first, with masked contacts. Browsers in cookie mode may send the tenant id and the session cookie instead of a token. The SDKs use the list to tell password managers which passkeys still exist.',
  group: 'own-authenticators',
  cookies: [sessionCookie],
  params: z.object({}),
  query: z.object({}),
  body: nothing,
  reply: json(z.array(ownAuthenticator)),
  example: { reply: [exampleAddress, examplePasskey] },
  refusals: ['forbidden'],
  audit: null,
});

const which = z.object({ userAuthenticatorId: v.opaqueId.describe('Id of one of the user’s own authenticators.') });
const changeRefusals = ['forbidden', 'insufficient_scope', 'not_found'] as const;

export const deleteOwnAuthenticator = route({
  id: 'deleteOwnAuthenticator',
  method: 'DELETE',
  path: '/v1/client/user-authenticators/:userAuthenticatorId',
  api: 'client',
  credentials: ['actionToken'],
  title: 'Remove a user’s own authenticator',
  description:
    'Removes an authenticator of the token’s user. The token needs the scope `remove:authenticators`: from your backend, or earned by a proof as strong as the user’s strongest authenticator. The last authenticator stays unless the tenant allows users to switch off all.',
  group: 'own-authenticators',
  params: which,
  query: z.object({}),
  body: nothing,
  reply: json(z.object({ success: z.literal(true).describe('Always true. A failure is an error response.') })),
  example: {
    request: { params: { userAuthenticatorId: exampleAddress.userAuthenticatorId } },
    reply: { success: true },
  },
  refusals: [...changeRefusals, 'invalid_configuration'],
  audit: 'authenticator.removed',
});

export const updateOwnAuthenticator = route({
  id: 'updateOwnAuthenticator',
  method: 'PATCH',
  path: '/v1/client/user-authenticators/:userAuthenticatorId',
  api: 'client',
  credentials: ['actionToken'],
  title: 'Rename a user’s own authenticator',
  description:
    'Gives an authenticator of the token’s user a name, or makes it the default that challenges begin with. The token needs the scope `update:authenticators`.',
  group: 'own-authenticators',
  params: which,
  query: z.object({}),
  body: z.object({
    displayName: v
      .optional(v.displayName)
      .describe('New name, 1 to 256 characters without control characters. Absent: the name stays.'),
    isDefault: v
      .optional(z.boolean())
      .describe('True to make it the user’s default authenticator, false to have none. Absent: nothing changes.'),
  }),
  reply: json(ownAuthenticator),
  example: {
    request: {
      params: { userAuthenticatorId: examplePasskey.userAuthenticatorId },
      body: { displayName: 'Alice’s phone', isDefault: true },
    },
    reply: examplePasskey,
  },
  refusals: changeRefusals,
  audit: 'authenticator.updated',
});

export const getClientConfigurations = route({
  id: 'getClientConfigurations',
  method: 'GET',
  path: '/v1/client/authenticators',
  api: 'client',
  credentials: ['actionToken'],
  title: 'See which methods the tenant has',
  description:
    'Returns the configuration of each of the tenant’s methods, as far as its users may see it. What this user can use for this action is in the call that starts a challenge.',
  group: 'start',
  params: z.object({}),
  query: z.object({}),
  body: nothing,
  reply: json(
    z.array(
      z.object({
        authenticatorId: z.string().describe('Id of the configuration, a UUID.'),
        verificationMethod: v.verificationMethod.describe('Method that the configuration is for.'),
        isActive: z.boolean().describe('Whether users can be asked for the method.'),
        isEditableByUser: z
          .boolean()
          .optional()
          .describe('Whether users may change their authenticators of the method. Absent: true.'),
        isHiddenToUser: z.boolean().optional().describe('Whether to leave the method out of lists. Absent: false.'),
        smsChannel: v.smsChannel.optional().describe('Channel of messages to phone numbers. Absent: `DEFAULT`.'),
      }),
    ),
  ),
  example: {
    reply: [
      { authenticatorId: 'e7d0b3f5-2c4a-4f6e-9b18-7a6c5d4e3f20', verificationMethod: 'PASSKEY', isActive: true },
      {
        authenticatorId: '1c9e4b7a-6f2d-4b8e-8d3a-5e0f9c7b2a64',
        verificationMethod: 'EMAIL_OTP',
        isActive: true,
        isEditableByUser: false,
      },
    ],
  },
  refusals: [],
  audit: null,
});
