import { z } from 'zod';
import { appPublicKey, appSignature, exampleAppCredential, notMe } from '../../contract/client/app-credentials.ts';
import {
  exampleAppKey,
  exampleAppSignature,
  exampleChallengeId,
  exampleToken,
} from '../../contract/client/examples.ts';
import { accessToken, proofRefusals, userAuthenticatorId, userId } from '../../contract/client/values.ts';
import { json, route } from '../../contract/route.ts';
import * as v from '../../contract/values.ts';

export const verifyInApp = route({
  id: 'verifyInApp',
  method: 'POST',
  path: '/v1/client/verify/in-app',
  api: 'client',
  credentials: ['actionToken', 'tenantId'],
  title: 'Verify in an app',
  description:
    'Verifies a user by the key of the app that they use, which signs the id of a challenge that was opened without a user. With a token it is for the tracked action, and the key must be of its user. With the tenant id the key says who it is: the action that the challenge was opened for, else `signInWithInApp`, is decided by its rules and then verified. Each challenge works once. An app may also reject the tracked action: send `approved: false`, and `reason: "NOT_ME"` if the user says that they did not ask for it.',
  group: 'apps',
  params: z.object({}),
  query: z.object({}),
  body: z.object({
    challengeId: v.text(256).describe('Id of the challenge, as opening it returned: at most 256 characters.'),
    publicKey: appPublicKey,
    signature: appSignature.describe('Signature over the `challengeId`, as standard base64.'),
    approved: v
      .optional(z.boolean())
      .describe(
        'False if the user rejects the tracked action, which takes its token. A member of our own. Absent: they approve.',
      ),
    reason: notMe,
  }),
  reply: json(
    z
      .object({
        token: z
          .string()
          .optional()
          .describe('New token for the action, to send to your backend to validate. Absent after a rejection.'),
        accessToken: accessToken
          .optional()
          .describe('The same token, under the name that other calls give it. Absent after a rejection.'),
        userId,
        userAuthenticatorId,
        username: z.string().optional().describe('The user’s user name. Absent: none.'),
      })
      .meta({ id: 'InAppVerification' }),
  ),
  example: {
    request: { body: { challengeId: exampleChallengeId, publicKey: exampleAppKey, signature: exampleAppSignature } },
    reply: {
      token: exampleToken,
      accessToken: exampleToken,
      userId: 'alice',
      userAuthenticatorId: exampleAppCredential.userAuthenticatorId,
      username: 'alice@example.com',
    },
  },
  refusals: [...proofRefusals, 'invalid_credential'],
  audit: 'challenge.verified',
});
