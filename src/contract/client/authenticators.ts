import { z } from 'zod';
import { route } from '../route.ts';
import { nothing, ownAuthenticator } from './values.ts';

export const getOwnAuthenticators = route({
  id: 'getOwnAuthenticators',
  method: 'GET',
  path: '/v1/client/user-authenticators',
  caller: 'token',
  summary: "Lists the verified authenticators of the token's user, oldest first.",
  params: z.object({}),
  query: z.object({}),
  body: nothing,
  reply: z.array(ownAuthenticator),
  refusals: ['forbidden'],
  audit: null,
});
