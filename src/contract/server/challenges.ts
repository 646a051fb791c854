import { z } from 'zod';
import { route } from '../route.ts';
import * as v from '../values.ts';

const unixSeconds = z.int().meta({ description: 'Unix time in seconds.' });

const requestMembers = {
  locale: v.optionalText(v.locale),
  ipAddress: v.optionalText(v.text(256)),
  userAgent: v.optionalText(v.text(4096)),
  deviceId: v.optionalText(v.deviceId),
  custom: v.optional(v.custom),
};

export const initiateChallenge = route({
  id: 'initiateChallenge',
  method: 'POST',
  path: '/v1/challenge',
  caller: 'server',
  summary:
    'Sends a one-time code, with or without a known user. With `challengeId` alone it sends a new code for a challenge that is open. The action that it begins is decided by its track.',
  params: z.object({}),
  query: z.object({}),
  body: z.object({
    verificationMethod: v.optional(v.verificationMethod),
    action: v.optional(v.actionCode),
    challengeId: v.optional(v.text(256)),
    email: v.optional(v.email),
    phoneNumber: v.optional(v.sendablePhoneNumber),
    userId: v.optional(v.userId),
    scope: v.optionalText(v.challengeScope),
    idempotencyKey: v.optionalText(v.idempotencyKey),
    smsChannel: v.optional(z.enum(['DEFAULT', 'WHATSAPP'])),
    ...requestMembers,
  }),
  reply: z.object({ challengeId: z.string(), idempotencyKey: z.string(), expiresAt: unixSeconds }),
  refusals: ['invalid_configuration', 'delivery_failed', 'not_found', 'conflict'],
  audit: 'challenge.started',
});

export const verifyChallenge = route({
  id: 'verifyChallenge',
  method: 'POST',
  path: '/v1/verify',
  caller: 'server',
  summary: 'Checks a one-time code. A wrong code is an answer, not an error.',
  params: z.object({}),
  query: z.object({}),
  body: z.object({ challengeId: v.text(256), verificationCode: v.verificationCode }),
  reply: z.object({
    isVerified: z.boolean(),
    email: z.string().optional(),
    phoneNumber: z.string().optional(),
    verificationMethod: v.verificationMethod.optional(),
    failureReason: z.enum(['CODE_INVALID_OR_EXPIRED', 'MAX_ATTEMPTS_EXCEEDED']).optional(),
  }),
  refusals: ['not_found'],
  audit: 'challenge.verified',
});

export const claimChallenge = route({
  id: 'claimChallenge',
  method: 'POST',
  path: '/v1/claim',
  caller: 'server',
  summary:
    'Binds a challenge that was made without a user to one, and decides the action for that user, until it is tracked.',
  params: z.object({}),
  query: z.object({}),
  body: z.object({
    challengeId: v.text(256),
    userId: v.userId,
    skipVerificationCheck: v.optional(z.boolean()),
    ...requestMembers,
  }),
  reply: z.object({ token: z.string(), verificationMethod: v.verificationMethod.optional() }),
  refusals: ['not_found'],
  audit: 'challenge.claimed',
});

const which = {
  challengeId: v.optional(v.text(256)),
  userId: v.optional(v.text(512)),
  action: v.optional(v.text(64)),
  verificationMethod: v.optional(v.verificationMethod),
};

export const getChallenge = route({
  id: 'getChallenge',
  method: 'GET',
  path: '/v1/challenges',
  // What released versions of official SDKs really send for this call (server-api 2); see straighten-path.ts, too.
  aliases: [
    { method: 'POST', path: '/v1/challenges' },
    { method: 'GET', path: '/v1/v1/challenges' },
    { method: 'GET', path: '/v1/users/:userId/challenge' },
  ],
  caller: 'server',
  summary: 'Reads the open challenge, by its id or the newest of a user. An empty object when there is none.',
  params: z.object({ userId: v.userId.optional() }),
  query: z.object(which),
  body: z.object(which),
  reply: z.object({
    challengeId: z.string().optional(),
    expiresAt: unixSeconds.optional(),
    verificationMethod: v.verificationMethod.optional(),
    email: z.string().optional(),
    phoneNumber: z.string().optional(),
    action: z.string().optional(),
  }),
  refusals: [],
  audit: null,
});
