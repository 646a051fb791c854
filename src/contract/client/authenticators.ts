import { z } from 'zod';
import { route } from '../route.ts';
import { sessionCookie } from './passkey.ts';
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
