import { z } from 'zod';
import { route } from '../route.ts';
import { sessionCookie } from './passkey.ts';
import * as v from '../values.ts';
import { nothing, ownAuthenticator } from './values.ts';

export const getOwnAuthenticators = route({
  id: 'getOwnAuthenticators',
  method: 'GET',
  path: '/v1/client/user-authenticators',
  caller: 'tokenOrTenant',
  summary: 'Lists the verified authenticators of the user whose token, or session cookie, it is, oldest first.',
  cookies: [sessionCookie],
  params: z.object({}),
  query: z.object({}),
  body: nothing,
  reply: z.array(ownAuthenticator),
  refusals: ['forbidden'],
  audit: null,
});

const which = z.object({ userAuthenticatorId: v.opaqueId });
const changeRefusals = ['forbidden', 'insufficient_scope', 'not_found'] as const;

export const deleteOwnAuthenticator = route({
  id: 'deleteOwnAuthenticator',
  method: 'DELETE',
  path: '/v1/client/user-authenticators/:userAuthenticatorId',
  caller: 'token',
  summary: 'Removes an authenticator of the user. The last one stays, unless the tenant lets users switch off all.',
  params: which,
  query: z.object({}),
  body: nothing,
  reply: z.object({ success: z.literal(true) }),
  refusals: [...changeRefusals, 'invalid_configuration'],
  audit: 'authenticator.removed',
});

export const updateOwnAuthenticator = route({
  id: 'updateOwnAuthenticator',
  method: 'PATCH',
  path: '/v1/client/user-authenticators/:userAuthenticatorId',
  caller: 'token',
  summary: 'Names an authenticator of the user, or makes it the default one.',
  params: which,
  query: z.object({}),
  body: z.object({ displayName: v.optional(v.displayName), isDefault: v.optional(z.boolean()) }),
  reply: ownAuthenticator,
  refusals: changeRefusals,
  audit: 'authenticator.updated',
});

export const getClientConfigurations = route({
  id: 'getClientConfigurations',
  method: 'GET',
  path: '/v1/client/authenticators',
  caller: 'token',
  summary: "Lists the tenant's authenticator configurations, as far as its users may see them.",
  params: z.object({}),
  query: z.object({}),
  body: nothing,
  reply: z.array(
    z.object({
      authenticatorId: z.string(),
      verificationMethod: v.verificationMethod,
      isActive: z.boolean(),
      isEditableByUser: z.boolean().optional(),
      isHiddenToUser: z.boolean().optional(),
      smsChannel: z.enum(['DEFAULT', 'WHATSAPP']).optional(),
    }),
  ),
  refusals: [],
  audit: null,
});
