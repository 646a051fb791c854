import { z } from 'zod';
import { route } from '../route.ts';
import * as v from '../values.ts';

const tokenPair = z.object({ accessToken: z.string(), refreshToken: z.string() }).meta({ id: 'SessionTokens' });

export const createSession = route({
  id: 'createSession',
  method: 'POST',
  path: '/v1/sessions',
  caller: 'server',
  summary:
    'Begins a session for the user of an action whose challenge has succeeded. Each call with the token begins another one. Gateways verify the access token by the key set of the tenant.',
  params: z.object({}),
  query: z.object({}),
  body: z.object({ token: v.token, clientId: v.text(256), action: v.optional(v.text(256)) }),
  reply: tokenPair,
  refusals: ['invalid_configuration'],
  audit: 'session.created',
});

export const validateSession = route({
  id: 'validateSession',
  method: 'POST',
  path: '/v1/sessions/validate',
  caller: 'server',
  summary:
    'Says whose session an access token is of. Knows, other than the token itself, whether the session was refreshed or revoked since. Without `clientIds`, sessions of every app client are good.',
  params: z.object({}),
  query: z.object({}),
  body: z.object({
    accessToken: v.token,
    // An empty list must not read as "any client".
    clientIds: v.optional(z.array(v.text(256)).min(1, 'clientIds must name a client, or be left out.').max(100)),
  }),
  reply: z.object({
    user: z.object({
      userId: z.string(),
      email: z.string().optional(),
      emailVerified: z.boolean(),
      phoneNumber: z.string().optional(),
      phoneNumberVerified: z.boolean(),
      username: z.string().optional(),
      displayName: z.string().optional(),
      custom: v.custom.optional(),
    }),
    expiresAt: z.int().meta({ description: 'When the access token expires, Unix time in seconds.' }),
    verificationMethod: v.verificationMethod.optional(),
    assurance: v.assurance,
  }),
  refusals: [],
  audit: null,
});

export const refreshSession = route({
  id: 'refreshSession',
  method: 'POST',
  path: '/v1/sessions/refresh',
  caller: 'server',
  summary:
    'Gives a new pair of tokens and ends the old one. For 10 seconds the old refresh token gives the latest pair again, for callers who lost the answer and for tabs that refresh at one time, also if up to two more refreshes came after; then it ends the session.',
  params: z.object({}),
  query: z.object({}),
  body: z.object({ refreshToken: v.token }),
  reply: tokenPair,
  refusals: [],
  // Not of each refresh (ruling 13), but of a token that comes back after its time: somebody else may hold it.
  audit: 'session.reuse_detected',
});

export const revokeSession = route({
  id: 'revokeSession',
  method: 'POST',
  path: '/v1/sessions/revoke',
  caller: 'server',
  summary:
    'Ends the session of an access token, also if the token has expired or been refreshed. A token of no session is answered the same.',
  params: z.object({}),
  query: z.object({}),
  body: z.object({ accessToken: v.token }),
  reply: z.void(),
  noContent: true,
  refusals: [],
  audit: 'session.revoked',
});

export const revokeUserSessions = route({
  id: 'revokeUserSessions',
  method: 'POST',
  path: '/v1/sessions/user/revoke',
  caller: 'server',
  summary: 'Ends all sessions of a user. An unknown user has none.',
  params: z.object({}),
  query: z.object({}),
  body: z.object({ userId: v.userId }),
  reply: z.void(),
  noContent: true,
  refusals: [],
  audit: 'session.user_revoked',
});
