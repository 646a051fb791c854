import { z } from 'zod';
import { route } from '../route.ts';
import * as v from '../values.ts';

export const userParams = z.object({ userId: v.userId });

const success = z.object({ success: z.literal(true) });

const attributes = {
  email: z.string().optional(),
  emailVerified: z.boolean(),
  phoneNumber: z.string().optional(),
  phoneNumberVerified: z.boolean(),
  username: z.string().optional(),
  displayName: z.string().optional(),
  locale: z.string().optional(),
  custom: v.custom.optional(),
};

const enrolment = {
  enrolledVerificationMethods: z.array(v.verificationMethod),
  allowedVerificationMethods: z.array(v.verificationMethod),
  defaultVerificationMethod: v.verificationMethod.optional(),
};

export const getUser = route({
  id: 'getUser',
  method: 'GET',
  path: '/v1/users/:userId',
  caller: 'server',
  summary: 'Reads a user. An unknown user is answered with `isEnrolled: false`, not 404; reading creates nothing.',
  params: userParams,
  query: z.object({}),
  body: z.object({}),
  reply: z.object({ userId: z.string(), isEnrolled: z.boolean(), ...attributes, ...enrolment }).meta({ id: 'User' }),
  refusals: [],
  audit: null,
});

export const queryUsers = route({
  id: 'queryUsers',
  method: 'GET',
  path: '/v1/users',
  caller: 'server',
  summary: 'Looks users up by exact attribute values; all given ones must match. Ordered by user id.',
  params: z.object({}),
  query: z.object({
    username: v.optional(v.text(256)),
    email: v.optional(v.queriedEmail),
    phoneNumber: v.optional(v.queriedPhoneNumber),
    token: v.optional(v.text(8192)),
    limit: v.optional(v.limit(100)),
    lastEvaluatedUserId: v.optional(v.userId),
  }),
  body: z.object({}),
  reply: z.object({
    users: z.array(
      z.object({
        userId: z.string(),
        email: z.string().optional(),
        emailVerified: z.boolean(),
        phoneNumber: z.string().optional(),
        phoneNumberVerified: z.boolean(),
        username: z.string().optional(),
        displayName: z.string().optional(),
        isEnrolled: z.boolean(),
        enrolledVerificationMethods: z.array(v.verificationMethod),
        createdAt: v.timestamp,
      }),
    ),
    lastEvaluatedUserId: z.string().optional(),
  }),
  refusals: ['invalid_configuration'],
  audit: null,
});

export const updateUser = route({
  id: 'updateUser',
  method: 'PATCH',
  path: '/v1/users/:userId',
  // For Java and Ruby. The other SDKs send PATCH: a POST of theirs tracks or enrols a user whose id has a "#" in it.
  aliases: [{ method: 'POST', path: '/v1/users/:userId', notFrom: /^authsignal(-node|-python|go\b)/i }],
  caller: 'server',
  summary: 'Changes the given attributes and creates an unknown user. A member left out stays; null clears it.',
  params: userParams,
  query: z.object({}),
  body: z.object({
    email: v.email.nullish(),
    emailVerified: z.boolean().nullish(),
    phoneNumber: v.storedPhoneNumber.nullish(),
    phoneNumberVerified: z.boolean().nullish(),
    username: v.text(256).nullish(),
    displayName: v.text(256).nullish(),
    locale: v.locale.nullish(),
    custom: v.custom.nullish(),
    defaultVerificationMethod: v.verificationMethod.nullish(),
  }),
  reply: z.object({ userId: z.string(), ...attributes }).meta({ id: 'UserAttributes' }),
  refusals: [],
  audit: 'user.updated',
});

export const deleteUser = route({
  id: 'deleteUser',
  method: 'DELETE',
  path: '/v1/users/:userId',
  caller: 'server',
  summary:
    'Deletes the user with all that belongs to them. `actions=false` keeps the action history under a random pseudonym, without personal data.',
  params: userParams,
  query: z.object({ actions: v.optional(z.enum(['true', 'false'], 'actions must be true or false.')) }),
  body: z.object({}),
  reply: success,
  refusals: [],
  audit: 'user.deleted',
});

export { success };
