import { z } from 'zod';
import { json, noContent, route } from '../route.ts';
import * as v from '../values.ts';
import { userMembers } from './users.ts';

const tokenPair = z
  .object({
    accessToken: z
      .string()
      .describe(
        'A JWT signed with RS256, to send with requests. It lives 10 minutes, unless the app client says otherwise.',
      ),
    refreshToken: z
      .string()
      .describe(
        'Exchanges for the next pair of tokens. The last of a session expires 30 days after the user verified, unless the app client says otherwise. Keep it secret.',
      ),
  })
  .meta({ id: 'SessionTokens' });

const exampleAccessToken = 'eyJhbGciOiJSUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiJhbGljZSJ9.c2lnbmF0dXJl';
const exampleTokens = { accessToken: exampleAccessToken, refreshToken: 'q0bM3xv5l1nQw7Jr8m2cT4yYh6uKd9sPzE5aFgLiN0o' };
const exampleClientId = '0198c19f-9b00-7d31-8e4f-506172839405';

export const createSession = route({
  id: 'createSession',
  method: 'POST',
  path: '/v1/sessions',
  api: 'server',
  title: 'Create a session',
  description:
    'Creates a session for the user of an action whose challenge has succeeded, and returns its tokens. Each call creates another session. API gateways can verify the access token offline, by the key set of the tenant.\n\nA token that is invalid or has expired is refused with `unauthorized`; an action that is not `CHALLENGE_SUCCEEDED`, or another than the expected one, with `invalid_request`.',
  group: 'sessions',
  params: z.object({}),
  query: z.object({}),
  body: z.object({
    token: v.token.describe('A token of the action: from tracking, from the client API or from claiming.'),
    clientId: v.text(256).describe('The app client that the session belongs to, at most 256 characters.'),
    action: v
      .optional(v.text(256))
      .describe('The action code you expect, at most 256 characters. Not compared if left out.'),
  }),
  reply: json(tokenPair),
  example: {
    request: {
      body: {
        token: 'eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiJhbGljZSJ9.c2lnbmF0dXJl',
        clientId: exampleClientId,
        action: 'signIn',
      },
    },
    reply: exampleTokens,
  },
  refusals: ['invalid_configuration'],
  audit: 'session.created',
});

export const validateSession = route({
  id: 'validateSession',
  method: 'POST',
  path: '/v1/sessions/validate',
  api: 'server',
  title: 'Validate a session',
  description:
    'Checks an access token and returns its user. Unlike verifying the token offline, this also notices that the session was refreshed or revoked since. A session that is not valid, for whatever reason, is refused with `unauthorized`.',
  group: 'sessions',
  params: z.object({}),
  query: z.object({}),
  body: z.object({
    accessToken: v.token.describe('The access token of the session.'),
    // An empty list must not read as "any client".
    clientIds: v
      .optional(z.array(v.text(256)).min(1, 'clientIds must name a client, or be left out.').max(100))
      .describe(
        'The app clients whose sessions you accept: 1 to 100 ids of at most 256 characters. Every app client of the tenant if left out.',
      ),
  }),
  reply: json(
    z.object({
      user: z
        .object({
          ...userMembers,
          custom: v.custom.describe('Your own data about the user; absent if none is set.').optional(),
        })
        .describe('The user, as they are now.'),
      expiresAt: z.int().describe('When the access token expires: Unix time in seconds.'),
      verificationMethod: v.verificationMethod
        .describe(
          'The method that the user verified with for this session; absent if you set the state of the action yourself.',
        )
        .optional(),
      assurance: v.assurance,
    }),
  ),
  example: {
    request: { body: { accessToken: exampleAccessToken, clientIds: [exampleClientId] } },
    reply: {
      user: {
        userId: 'alice',
        email: 'alice@example.com',
        emailVerified: true,
        phoneNumberVerified: false,
        displayName: 'Alice Rangi',
      },
      expiresAt: 1772357400,
      verificationMethod: 'PASSKEY',
      assurance: 'high',
    },
  },
  refusals: [],
  audit: null,
});

export const refreshSession = route({
  id: 'refreshSession',
  method: 'POST',
  path: '/v1/sessions/refresh',
  api: 'server',
  title: 'Refresh a session',
  description:
    'Exchanges a refresh token for a new pair of tokens, and ends the old pair.\n\nFor 10 seconds the old refresh token still returns the latest pair, for callers that lost the response and for tabs that refresh at the same time, even if up to two more refreshes follow. After that, using it again ends the session, because somebody else may hold it. A refresh token that is not valid is refused with `unauthorized`.',
  group: 'sessions',
  params: z.object({}),
  query: z.object({}),
  body: z.object({ refreshToken: v.token.describe('The refresh token of the latest pair.') }),
  reply: json(tokenPair),
  example: {
    request: { body: { refreshToken: exampleTokens.refreshToken } },
    reply: { ...exampleTokens, refreshToken: 'Vb2Kq8sYw4nTz1cXr6mJ0pLg3dHf7uAeR9iOoN5yE1k' },
  },
  refusals: [],
  // Not for each refresh (ruling 13), only if a token is used again after it was replaced: someone else may have it.
  audit: 'session.reuse_detected',
});

export const revokeSession = route({
  id: 'revokeSession',
  method: 'POST',
  path: '/v1/sessions/revoke',
  api: 'server',
  title: 'End a session',
  description:
    'Ends the session of an access token, for example when the user signs out. The token may have expired or been refreshed. A token without a session is answered the same, with 204. Gateways that verify tokens offline accept the access token until it expires.',
  group: 'sessions',
  params: z.object({}),
  query: z.object({}),
  body: z.object({ accessToken: v.token.describe('An access token of the session.') }),
  reply: noContent,
  example: { request: { body: { accessToken: exampleAccessToken } } },
  refusals: [],
  audit: 'session.revoked',
});

export const revokeUserSessions = route({
  id: 'revokeUserSessions',
  method: 'POST',
  path: '/v1/sessions/user/revoke',
  api: 'server',
  title: 'End all sessions of a user',
  description:
    'Ends every session of a user, for example after a password reset or when a device is lost. An unknown user is answered the same, with 204. Gateways that verify tokens offline accept access tokens until they expire.',
  group: 'sessions',
  params: z.object({}),
  query: z.object({}),
  body: z.object({ userId: v.userId }),
  reply: noContent,
  example: { request: { body: { userId: 'alice' } } },
  refusals: [],
  audit: 'session.user_revoked',
});
