import { z } from 'zod';
import { json, route } from '../route.ts';
import * as v from '../values.ts';

const expiresAt = z.int().describe('When the challenge expires: Unix time in seconds.');
const challengeId = z.string().describe('Id of the challenge, a UUID.');
const givenChallengeId = v.text(256).describe('Id of the challenge, as starting it returned: at most 256 characters.');

const requestMembers = {
  locale: v
    .optionalText(v.locale)
    .describe(
      'Language of the message, a tag such as `en` or `en-NZ`. Without it, the user’s own or that of the request’s `Accept-Language` header, else English.',
    ),
  ipAddress: v
    .optionalText(v.text(256))
    .describe(
      'The user’s IP address, version 4 or 6, at most 256 characters. Without it, facts about the address are missing.',
    ),
  userAgent: v
    .optionalText(v.text(4096))
    .describe(
      'The `User-Agent` header of the user’s request, at most 4,096 characters. Without it, facts about browser and system are missing.',
    ),
  deviceId: v
    .optionalText(v.deviceId)
    .describe(
      'The device, as the browser SDK or your app names it: 1 to 256 characters. Without it the device counts as new.',
    ),
  custom: v
    .optional(v.custom)
    .describe(
      'Your own data about the action, at most 20 levels deep. Without it, rules that read `custom` cannot decide until the action is tracked.',
    ),
};

const exampleChallengeId = '0198c1a4-6b20-7a31-9c42-d5e6f7081920';

export const initiateChallenge = route({
  id: 'initiateChallenge',
  method: 'POST',
  path: '/v1/challenge',
  api: 'server',
  title: 'Send a code',
  description:
    'Starts a challenge and sends a one-time code that is good for 10 minutes. Give `verificationMethod`, `action` and the contact; or, for a known user, `userId` alone, and the code goes to the contact they have enrolled, else to the one stored for them.\n\nGive `challengeId` instead to send another code for a challenge that is still open.\n\nMessages are limited, by default to 12 in 10 minutes for each contact and each user.',
  group: 'challenges',
  params: z.object({}),
  query: z.object({}),
  body: z.object({
    verificationMethod: v
      .optional(v.verificationMethod)
      .describe('How to send the code: `EMAIL_OTP`, `SMS` or `WHATSAPP`. Required unless `challengeId` is given.'),
    action: v
      .optional(v.actionCode)
      .describe(
        'The action code that the challenge is for: 1 to 64 letters, digits, `_` and `-`. Required unless `challengeId` is given.',
      ),
    challengeId: v
      .optional(v.text(256))
      .describe('An open challenge to send another code for, at most 256 characters. A new challenge if left out.'),
    email: v
      .optional(v.email)
      .describe('The address to send to, at most 320 characters. Required for `EMAIL_OTP`, unless the user has one.'),
    phoneNumber: v
      .optional(v.sendablePhoneNumber)
      .describe('The number to send to, in E.164 form such as `+6427123456`. For `SMS` and `WHATSAPP`.'),
    userId: v
      .optional(v.userId)
      .describe('The user to verify, if you know them already. Otherwise claim the challenge for a user later.'),
    scope: v.optionalText(v.challengeScope),
    idempotencyKey: v
      .optionalText(v.idempotencyKey)
      .describe(
        'Which occurrence of the action the challenge is for: 1 to 256 characters. A new one is made if left out.',
      ),
    smsChannel: v
      .optional(v.smsChannel)
      .describe('`WHATSAPP` means the same as the verification method `WHATSAPP`. `DEFAULT` if left out.'),
    ...requestMembers,
  }),
  reply: json(
    z.object({
      challengeId,
      idempotencyKey: z.string().describe('The idempotency key of the action, given or made.'),
      expiresAt,
    }),
  ),
  example: {
    request: {
      body: {
        verificationMethod: 'EMAIL_OTP',
        action: 'signIn',
        email: 'alice@example.com',
        ipAddress: '203.0.113.7',
        locale: 'en-NZ',
      },
    },
    reply: {
      challengeId: exampleChallengeId,
      idempotencyKey: '8f0e4c1a-2b3d-4e5f-9a6b-7c8d9e0f1a2b',
      expiresAt: 1772357400,
    },
  },
  refusals: ['invalid_configuration', 'delivery_failed', 'not_found', 'conflict'],
  audit: 'challenge.started',
});

export const verifyChallenge = route({
  id: 'verifyChallenge',
  method: 'POST',
  path: '/v1/verify',
  api: 'server',
  title: 'Verify a code',
  description:
    'Checks the code that the user typed. A wrong code is not an error: the answer is `isVerified: false` with a reason. Repeating a call with the right code succeeds again until the challenge is claimed or expires.\n\nIf the challenge was started with a `userId`, success moves the user’s action to `CHALLENGE_SUCCEEDED`. Otherwise claim the challenge next.',
  group: 'challenges',
  params: z.object({}),
  query: z.object({}),
  body: z.object({ challengeId: givenChallengeId, verificationCode: v.verificationCode }),
  reply: json(
    z.object({
      isVerified: z.boolean().describe('Whether the code is right.'),
      email: z.string().describe('The address that is verified; only if the code is right and was mailed.').optional(),
      phoneNumber: z
        .string()
        .describe('The number that is verified; only if the code is right and was sent to a phone.')
        .optional(),
      verificationMethod: v.verificationMethod
        .describe('The method of the challenge; only if the code is right.')
        .optional(),
      failureReason: z
        .enum(['CODE_INVALID_OR_EXPIRED', 'MAX_ATTEMPTS_EXCEEDED'])
        .describe(
          'Why the code is not accepted: it is wrong or too old, or there were too many tries and this one was not looked at. Absent if it is right, and if the action is already closed.',
        )
        .optional(),
    }),
  ),
  example: {
    request: { body: { challengeId: exampleChallengeId, verificationCode: '042137' } },
    reply: { isVerified: true, verificationMethod: 'EMAIL_OTP', email: 'alice@example.com' },
  },
  refusals: ['not_found'],
  audit: 'challenge.verified',
});

export const claimChallenge = route({
  id: 'claimChallenge',
  method: 'POST',
  path: '/v1/claim',
  api: 'server',
  title: 'Claim a challenge for a user',
  description:
    'Gives a challenge that was started without a user to one, after you have found or created them by the verified contact. The rules decide the action for that user, and what the user has verified counts for it. The verified contact becomes the user’s own if they have none, and is enrolled if they have no authenticator.\n\nUse the token of the response as one of tracking: validate it or create a session. The decision holds until you track the action.',
  group: 'challenges',
  params: z.object({}),
  query: z.object({}),
  body: z.object({
    challengeId: givenChallengeId,
    userId: v.userId,
    skipVerificationCheck: v
      .optional(z.boolean())
      .describe(
        'Whether to claim a challenge whose code was not verified yet; verifying it later moves the action on. False if left out: such a challenge is refused.',
      ),
    ...requestMembers,
  }),
  reply: json(
    z.object({
      token: z.string().describe('A token for the user’s action, good as long as one of tracking.'),
      verificationMethod: v.verificationMethod
        .describe('The method of the challenge; absent if nothing was sent or answered yet.')
        .optional(),
    }),
  ),
  example: {
    request: { body: { challengeId: exampleChallengeId, userId: 'alice' } },
    reply: {
      token: 'eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiJhbGljZSJ9.c2lnbmF0dXJl',
      verificationMethod: 'EMAIL_OTP',
    },
  },
  refusals: ['not_found'],
  audit: 'challenge.claimed',
});

const which = {
  challengeId: v
    .optional(v.text(256))
    .describe('Id of the challenge, at most 256 characters. Required unless `userId` is given.'),
  userId: v
    .optional(v.text(512))
    .describe('The user whose newest open challenge to read, at most 512 characters. Ignored with `challengeId`.'),
  action: v
    .optional(v.text(64))
    .describe(
      'Only a challenge for this action code, at most 64 characters. Ignored with `challengeId`; any if left out.',
    ),
  verificationMethod: v
    .optional(v.verificationMethod)
    .describe('Only a challenge by this method. Ignored with `challengeId`; any if left out.'),
};

export const getChallenge = route({
  id: 'getChallenge',
  method: 'GET',
  path: '/v1/challenges',
  // What released versions of official SDKs really send for this call (server-api 2); see also straighten-path.ts.
  aliases: [
    { method: 'POST', path: '/v1/challenges' },
    { method: 'GET', path: '/v1/v1/challenges' },
    { method: 'GET', path: '/v1/users/:userId/challenge' },
  ],
  api: 'server',
  title: 'Get the open challenge',
  description:
    'Reads a challenge by its id, or the newest open one of a user. If it has expired, was claimed or does not exist, the answer is an empty object.',
  group: 'challenges',
  params: z.object({ userId: v.userId.optional() }),
  query: z.object(which),
  body: z.object(which),
  reply: json(
    z.object({
      challengeId: challengeId.optional(),
      expiresAt: expiresAt.optional(),
      verificationMethod: v.verificationMethod
        .describe('The method that the user verified with; absent until they have.')
        .optional(),
      smsChannel: v.smsChannel
        .describe('How the code goes to a phone: `DEFAULT` is a text message. Absent for other methods.')
        .optional(),
      email: z.string().describe('The address that the code was sent to; absent if it went elsewhere.').optional(),
      phoneNumber: z.string().describe('The number that the code was sent to; absent if it went elsewhere.').optional(),
      action: z.string().describe('The action code that the challenge is for.').optional(),
    }),
  ),
  example: {
    request: { query: { userId: 'alice', action: 'signIn' } },
    reply: {
      challengeId: exampleChallengeId,
      expiresAt: 1772357400,
      email: 'alice@example.com',
      action: 'signIn',
    },
  },
  refusals: [],
  audit: null,
});
