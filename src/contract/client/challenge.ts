import { z } from 'zod';
import { route } from '../route.ts';
import * as v from '../values.ts';
import { challengeCookie } from './passkey.ts';

const opening = {
  method: 'POST',
  params: z.object({}),
  query: z.object({}),
  body: z.object({ action: v.optional(v.actionCode), idempotencyKey: v.optional(v.idempotencyKey) }),
  reply: z.object({ challengeId: z.string(), nonce: z.string() }),
  refusals: [],
  audit: null,
} as const;

export const openChallenge = route({
  ...opening,
  id: 'openChallenge',
  path: '/v1/client/challenge',
  caller: 'tokenOrTenant',
  summary: 'Opens a challenge of nobody. Its user, and its action, come into being when it is answered.',
});

export const openChallengeWithCookie = route({
  ...opening,
  id: 'openChallengeWithCookie',
  path: '/v1/client/challenge/web',
  caller: 'tenant',
  summary: 'Opens a challenge of nobody, to be answered by the same browser.',
  cookies: [challengeCookie],
});
