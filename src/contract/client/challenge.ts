import { z } from 'zod';
import { json, route } from '../route.ts';
import * as v from '../values.ts';
import { exampleChallengeId } from './examples.ts';
import { challengeCookie } from './cookies.ts';
import { challengeReply } from './values.ts';

const opening = {
  method: 'POST',
  params: z.object({}),
  query: z.object({}),
  body: z.object({
    action: v
      .optional(v.actionCode)
      .describe(
        'Code of the action that the sign-in will be recorded as, 1 to 64 letters, digits, `_` and `-`. Absent: `signInWithPasskey`.',
      ),
    idempotencyKey: v
      .optional(v.idempotencyKey)
      .describe('Key that the action will have, 1 to 256 characters. Absent: a new UUID.'),
  }),
  reply: json(
    challengeReply.extend({
      nonce: z
        .string()
        .describe(
          'Bytes in base64url for the attestation of an app, which counts once. With a token they are for its action.',
        ),
    }),
  ),
  refusals: [],
  audit: null,
} as const;

export const openChallenge = route({
  ...opening,
  id: 'openChallenge',
  path: '/v1/client/challenge',
  api: 'client',
  credentials: ['actionToken', 'tenantId'],
  title: 'Open a challenge without a user',
  description:
    'Opens a challenge before anyone knows who will answer it, for signing in with a passkey or with the key of an app. The user and the action are recorded when it is answered. The challenge lives as long as a token does and can be answered once. Apps also get the `nonce` for their attestation here.',
  group: 'start',
  example: {
    request: { body: { action: 'sign-in' } },
    reply: { challengeId: exampleChallengeId, nonce: 'q0Fh1rY4m2bXv8sJwK7nT3cLzD5eGpU9aRiO6yWkQxM' },
  },
});

export const openChallengeWithCookie = route({
  ...opening,
  id: 'openChallengeWithCookie',
  path: '/v1/client/challenge/web',
  api: 'client',
  credentials: ['tenantId'],
  title: 'Open a challenge for one browser',
  description:
    'Opens a challenge like “Open a challenge without a user”, and sets a cookie so that only the same browser can answer it. The cookie works on pages that the tenant expects.',
  group: 'start',
  example: {
    request: { body: { action: 'sign-in' } },
    reply: { challengeId: exampleChallengeId, nonce: 'q0Fh1rY4m2bXv8sJwK7nT3cLzD5eGpU9aRiO6yWkQxM' },
  },
  cookies: [challengeCookie],
});
