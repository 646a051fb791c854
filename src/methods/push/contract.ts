import { z } from 'zod';
import {
  appCredential,
  appCredentialRoutes,
  appPublicKey,
  appPublicKeyInQuery,
  appSignature,
  exampleAppCredential,
  notMe,
} from '../../contract/client/app-credentials.ts';
import {
  exampleAppKey,
  exampleAppKeyInQuery,
  exampleAppSignature,
  exampleChallengeId,
  exampleToken,
} from '../../contract/client/examples.ts';
import {
  accessToken,
  aboutPushRejection,
  challengeReply,
  proofRefusals,
  pushRejection,
  userAuthenticatorId,
  userId,
} from '../../contract/client/values.ts';
import { json, route } from '../../contract/route.ts';
import * as v from '../../contract/values.ts';

export const {
  find: findPushCredential,
  add: addPushCredential,
  remove: removePushCredential,
} = appCredentialRoutes('push', 'Push', 'for push');

const ofApps = '/v1/client/user-authenticators/push';
const common = { api: 'client', params: z.object({}) } as const;
const byKey = z.object({ publicKey: appPublicKeyInQuery });
const exampleQuery = { publicKey: exampleAppKeyInQuery };

export const startPushChallenge = route({
  ...common,
  id: 'startPushChallenge',
  method: 'POST',
  path: '/v1/client/challenge/push',
  credentials: ['actionToken'],
  title: 'Ask the user’s phones',
  description:
    'Asks the apps on the user’s phones to approve the token’s action. With `numberMatching`, show `verificationCode`: the user types it on the phone. Without it, the tenant has to permit plain approvals. A user is asked at most three times in five minutes, and not for a while after they refused. A newer request ends the one before. A message that cannot be delivered does not fail the request: the app finds it when it is opened.',
  group: 'push',
  query: z.object({}),
  body: z.object({
    action: v
      .optional(v.actionCode)
      .describe(
        'Code of the token’s action, 1 to 64 letters, digits, `_` and `-`; any other is refused. Absent: the token decides.',
      ),
    userAuthenticatorId: v
      .optional(v.text(64))
      .describe(
        'The only phone to ask, by its authenticator, at most 64 characters. Absent: all of the user’s phones.',
      ),
    numberMatching: v
      .optional(z.boolean())
      .describe('Whether the user has to type a number on the phone that the asking side shows. Absent: false.'),
    unlessOpen: v
      .optional(z.boolean())
      .describe('True to go on with the request that is open for this action, if there is one. Absent: always ask.'),
  }),
  reply: json(
    challengeReply.extend({
      deliveryResults: z
        .array(
          z.object({
            userAuthenticatorId: userAuthenticatorId.describe('Id of the phone’s authenticator.'),
            errorCode: z
              .string()
              .optional()
              .describe(
                'Why the message did not reach it: `TOKEN_INVALID`, `THROTTLED`, `DELIVERY_FAILED`, `NO_PUSH_TOKEN` or `NO_PROVIDER`. Absent: the service has taken it.',
              ),
          }),
        )
        .optional()
        .describe('The messages to each phone. Absent if nothing was sent, because a request was open.'),
      verificationCode: z
        .string()
        .optional()
        .describe('Number to show to the user, two digits. Absent without `numberMatching`.'),
      expiresAt: v.timestamp.describe('When the request ends.'),
    }),
  ),
  example: {
    request: { body: { action: 'withdrawFunds', numberMatching: true } },
    reply: {
      challengeId: exampleChallengeId,
      deliveryResults: [{ userAuthenticatorId: exampleAppCredential.userAuthenticatorId }],
      verificationCode: '47',
      expiresAt: '2025-02-20T02:01:56.070Z',
    },
  },
  refusals: [...proofRefusals, 'not_found'],
  audit: 'challenge.started',
});

export const verifyPush = route({
  ...common,
  id: 'verifyPush',
  method: 'POST',
  path: '/v1/client/verify/push',
  credentials: ['actionToken'],
  title: 'Check whether a phone has answered',
  description:
    'Tells whether the request for the token’s action was answered. Poll it, for example every two seconds, until `isConsumed` is true. It can be asked again after that, until the token expires.',
  group: 'push',
  query: z.object({}),
  body: z.object({ challengeId: v.text(64).describe('Id of the request, at most 64 characters.') }),
  reply: json(
    z.object({
      isVerified: z.boolean().describe('Whether the request was approved.'),
      isConsumed: z
        .boolean()
        .describe(
          'Whether it is over. One that is consumed and not verified was rejected, or its action, phone or method has ended.',
        ),
      accessToken: accessToken.optional(),
      rejection: pushRejection.optional().describe(`${aboutPushRejection} Absent: it was not.`),
    }),
  ),
  example: {
    request: { body: { challengeId: exampleChallengeId } },
    reply: { isVerified: true, isConsumed: true, accessToken: exampleToken },
  },
  refusals: ['not_found'],
  audit: null,
});

export const startPushPoll = route({
  ...common,
  id: 'startPushPoll',
  method: 'POST',
  path: `${ofApps}/challenge/sign`,
  credentials: ['tenantId'],
  title: 'Get a message to sign for reading',
  description:
    'Returns a message that the app signs to read the pending request with all of its details. It works once, and for two minutes.',
  group: 'push',
  query: byKey,
  body: z.object({}),
  reply: json(z.object({ message: z.string().describe('Text to sign.') })),
  example: { request: { query: exampleQuery }, reply: { message: `sallyport-poll:${exampleChallengeId}` } },
  refusals: ['invalid_credential'],
  audit: null,
});

const publicData = z.record(z.string(), z.unknown());

export const getPendingPush = route({
  ...common,
  id: 'getPendingPush',
  method: 'GET',
  path: `${ofApps}/challenge`,
  credentials: ['tenantId'],
  isSigned: true,
  title: 'Read the request that waits for an app',
  description:
    'Returns the request that waits for the user of this key, if there is one. A signed call also gets the public custom data of the action and of the user, to show what is approved.',
  group: 'push',
  query: byKey,
  body: z.object({}),
  reply: json(
    z.object({
      userAuthenticatorId,
      challengeId: z.string().optional().describe('Id of the request; sign it to answer. Absent: nothing waits.'),
      userId: userId.optional().describe('Id of the user. Absent: nothing waits.'),
      actionCode: z.string().optional().describe('Code of the action. Absent: nothing waits.'),
      idempotencyKey: z.string().optional().describe('Key of the action. Absent: nothing waits.'),
      deviceId: z.string().optional().describe('Device that asks, as your backend named it. Absent: not known.'),
      userAgent: z.string().optional().describe('Browser that asks. Absent: not known.'),
      ipAddress: z.string().optional().describe('Address that asks. Absent: not known.'),
      countryCode: z.string().optional().describe('Country of that address, ISO 3166-1 alpha-2. Absent: not known.'),
      numberMatching: z
        .boolean()
        .optional()
        .describe('Whether an approval needs the number that the asking side shows. Absent: nothing waits.'),
      expiresAt: z.int().optional().describe('When the request ends, in Unix seconds. Absent: nothing waits.'),
      custom: publicData
        .optional()
        .describe('Public custom data of the action. Absent: none, or the call is unsigned.'),
      user: z
        .object({ custom: publicData.optional().describe('Public custom data of the user. Absent: none.') })
        .optional()
        .describe('The user. Absent: the call is unsigned.'),
    }),
  ),
  example: {
    request: { query: exampleQuery },
    reply: {
      userAuthenticatorId: exampleAppCredential.userAuthenticatorId,
      challengeId: exampleChallengeId,
      userId: 'alice',
      actionCode: 'withdrawFunds',
      idempotencyKey: 'payment-1',
      ipAddress: '203.0.113.7',
      numberMatching: true,
      expiresAt: 1_740_016_916,
      custom: { amount: 250 },
      user: {},
    },
  },
  refusals: ['invalid_credential'],
  audit: null,
});

export const answerPush = route({
  ...common,
  id: 'answerPush',
  method: 'POST',
  path: `${ofApps}/challenge`,
  credentials: ['tenantId'],
  title: 'Approve or reject a request',
  description:
    'Answers the request: the app signs its id. The first answer counts. An approval completes the challenge of the action; a request with `numberMatching` needs the number as `verificationCode`, and a wrong number ends it. A rejection fails the action. Send `reason: "NOT_ME"` if the user says that they did not ask: they and your backend are told.',
  group: 'push',
  query: z.object({}),
  body: z.object({
    challengeId: v.text(64).describe('Id of the request, at most 64 characters.'),
    publicKey: appPublicKey,
    signature: appSignature.describe(
      'Signature over the id of the request: ECDSA with SHA-256 in DER, as standard base64.',
    ),
    approved: z.boolean().describe('Whether the user approves.'),
    verificationCode: v
      .optional(v.text(64))
      .describe('Number that the user typed, at most 64 characters. Absent: none.'),
    reason: notMe,
  }),
  reply: json(z.object({ isVerified: z.boolean().describe('Whether the request is approved now.') })),
  example: {
    request: {
      body: {
        challengeId: exampleChallengeId,
        publicKey: exampleAppKey,
        signature: exampleAppSignature,
        approved: true,
        verificationCode: '47',
      },
    },
    reply: { isVerified: true },
  },
  refusals: ['invalid_credential', ...proofRefusals],
  audit: 'challenge.verified',
});

export const startPushUpdate = route({
  ...common,
  id: 'startPushUpdate',
  method: 'POST',
  path: `${ofApps}/sign`,
  credentials: ['tenantId'],
  title: 'Get a message to sign for a change',
  description: 'Returns a message that the app signs to change its registration. It works once, and for two minutes.',
  group: 'push',
  query: byKey,
  body: z.object({}),
  reply: json(
    z.object({
      challengeId: z.string().describe('Id to send with the signature.'),
      message: z.string().describe('Text to sign.'),
    }),
  ),
  example: {
    request: { query: exampleQuery },
    reply: { challengeId: exampleChallengeId, message: `sallyport-update:${exampleChallengeId}` },
  },
  refusals: ['invalid_credential'],
  audit: null,
});

export const updatePushCredential = route({
  ...common,
  id: 'updatePushCredential',
  method: 'PATCH',
  path: ofApps,
  credentials: ['tenantId'],
  title: 'Change an app’s registration for push',
  description:
    'Stores a new token for push messages, or begins the lifetime of the key anew. It takes the key’s signature.',
  group: 'push',
  query: z.object({}),
  body: z.object({
    challengeId: v.text(64).describe('Id that came with the message, at most 64 characters.'),
    publicKey: appPublicKey,
    signature: appSignature,
    pushToken: v
      .optional(v.text(4096))
      .describe('New token for push messages, at most 4,096 characters. Absent: the earlier one stays.'),
    resetExpiry: v.optional(z.boolean()).describe('Whether the lifetime of the key begins anew. Absent: false.'),
  }),
  reply: json(
    appCredential.omit({ verifiedAt: true }).extend({
      lastVerifiedAt: v.timestamp.describe('When the key last proved something.'),
      pushToken: z.string().optional().describe('The new token, as it was sent. Absent: none was sent.'),
    }),
  ),
  example: {
    request: {
      body: {
        challengeId: exampleChallengeId,
        publicKey: exampleAppKey,
        signature: exampleAppSignature,
        pushToken: 'd3b07384d113edec49eaa6238ad5ff00',
      },
    },
    reply: {
      userAuthenticatorId: exampleAppCredential.userAuthenticatorId,
      userId: 'alice',
      lastVerifiedAt: exampleAppCredential.lastVerifiedAt,
      pushToken: 'd3b07384d113edec49eaa6238ad5ff00',
    },
  },
  refusals: ['invalid_credential'],
  audit: 'authenticator.updated',
});

export const routes = [
  findPushCredential,
  addPushCredential,
  removePushCredential,
  startPushChallenge,
  verifyPush,
  startPushPoll,
  getPendingPush,
  answerPush,
  startPushUpdate,
  updatePushCredential,
];
