import { z } from 'zod';
import { json, route } from '../route.ts';
import * as v from '../values.ts';

export const userParams = z.object({ userId: v.userId });

const success = z.object({
  success: z.literal(true).describe('Always true: a call that fails is answered by an error.'),
});

/** Members of every response about a user. */
export const userMembers = {
  userId: z.string().describe('Your own id of the user.'),
  email: z.string().describe('The user’s email address; absent if none is set.').optional(),
  emailVerified: z.boolean().describe('Whether that address is verified; false if none is set.'),
  phoneNumber: z.string().describe('The user’s phone number; absent if none is set.').optional(),
  phoneNumberVerified: z.boolean().describe('Whether that number is verified; false if none is set.'),
  username: z.string().describe('The user’s name for signing in; absent if none is set.').optional(),
  displayName: z.string().describe('The user’s name to show to people; absent if none is set.').optional(),
};

const attributes = {
  ...userMembers,
  locale: z.string().describe('The user’s language for pages and messages; absent if none is set.').optional(),
  custom: v.custom.describe('Your own data about the user, as it was stored last; absent if none is set.').optional(),
};

const isEnrolled = z.boolean().describe('Whether the user has a verified authenticator. Recovery codes do not count.');
const enrolledVerificationMethods = z
  .array(v.verificationMethod)
  .describe('The methods of the user’s verified authenticators, each once; recovery codes are not among them.');

const exampleUser = {
  userId: 'alice',
  email: 'alice@example.com',
  emailVerified: true,
  phoneNumber: '+6427123456',
  phoneNumberVerified: false,
  username: 'alice',
  displayName: 'Alice Rangi',
};
const exampleAttributes = { ...exampleUser, locale: 'en-NZ', custom: { tier: 'gold' } };

export const getUser = route({
  id: 'getUser',
  method: 'GET',
  path: '/v1/users/:userId',
  api: 'server',
  title: 'Get a user',
  description:
    'Reads a user’s attributes and how they can verify. A user that Sallyport does not know is not an error: the answer is one without attributes and with `isEnrolled: false`. Reading creates nothing.',
  group: 'users',
  params: userParams,
  query: z.object({}),
  body: z.object({}),
  reply: json(
    z
      .object({
        ...attributes,
        isEnrolled,
        enrolledVerificationMethods,
        allowedVerificationMethods: z
          .array(v.verificationMethod)
          .describe('The methods that the tenant offers and can deliver now.'),
        defaultVerificationMethod: v.verificationMethod
          .describe('The method of the user’s default authenticator; absent if they have none.')
          .optional(),
      })
      .meta({ id: 'User' }),
  ),
  example: {
    request: { params: { userId: 'alice' } },
    reply: {
      ...exampleAttributes,
      isEnrolled: true,
      enrolledVerificationMethods: ['PASSKEY', 'EMAIL_OTP'],
      allowedVerificationMethods: ['PASSKEY', 'SECURITY_KEY', 'EMAIL_OTP', 'EMAIL_MAGIC_LINK'],
      defaultVerificationMethod: 'PASSKEY',
    },
  },
  refusals: [],
  audit: null,
});

export const queryUsers = route({
  id: 'queryUsers',
  method: 'GET',
  path: '/v1/users',
  api: 'server',
  title: 'Find users',
  description:
    'Finds users by email address, phone number or user name. Give at least one; a user must match all that are given. Values are compared exactly, email addresses without regard to case. Several users may share a value, so the answer is a list, ordered by user id.',
  group: 'users',
  params: z.object({}),
  query: z.object({
    username: v.optional(v.text(256)).describe('The user name to find, at most 256 characters. Any if left out.'),
    email: v.optional(v.queriedEmail).describe('The email address to find, at most 320 characters. Any if left out.'),
    phoneNumber: v
      .optional(v.queriedPhoneNumber)
      .describe('The phone number to find, at most 32 characters, exactly as it was stored. Any if left out.'),
    token: v
      .optional(v.text(8192))
      .describe(
        'An Apple or Google ID token, at most 8,192 characters. This release has no such sign-in and refuses it with `invalid_configuration`.',
      ),
    limit: v.optional(v.limit(100)).describe('How many users at most: 1 to 100. 20 if left out.'),
    lastEvaluatedUserId: v
      .optional(v.userId)
      .describe('Go on after this user: `lastEvaluatedUserId` of the previous response. From the first if left out.'),
  }),
  body: z.object({}),
  reply: json(
    z.object({
      users: z
        .array(
          z.object({
            ...userMembers,
            isEnrolled,
            enrolledVerificationMethods,
            createdAt: v.timestamp.describe('When the user was created here, ISO 8601 in UTC.'),
          }),
        )
        .describe('The users that match, by user id; empty if none does.'),
      lastEvaluatedUserId: z
        .string()
        .describe('The last user of this response, to go on after; absent if there are no more.')
        .optional(),
    }),
  ),
  example: {
    request: { query: { email: 'alice@example.com', limit: '20' } },
    reply: {
      users: [
        {
          ...exampleUser,
          isEnrolled: true,
          enrolledVerificationMethods: ['PASSKEY', 'EMAIL_OTP'],
          createdAt: '2026-01-15T10:00:00.000Z',
        },
      ],
    },
  },
  refusals: ['invalid_configuration'],
  audit: null,
});

export const updateUser = route({
  id: 'updateUser',
  method: 'PATCH',
  path: '/v1/users/:userId',
  // For Java and Ruby. The other SDKs send PATCH: a POST from them tracks or enrols a user whose id contains a "#".
  aliases: [{ method: 'POST', path: '/v1/users/:userId', notFrom: /^authsignal(-node|-python|go\b)/i }],
  api: 'server',
  title: 'Create or update a user',
  description:
    'Changes the attributes that you give and creates the user if Sallyport does not know them. A member that is left out stays as it is; null clears it.\n\nIf you say that a contact is verified, the user’s authenticators for that contact move to it, the user is told at the earlier one, and their sessions end. If you change a contact without saying so, it is unverified and the authenticators keep the earlier one.',
  group: 'users',
  params: userParams,
  query: z.object({}),
  body: z.object({
    email: v.email.nullish().describe('The user’s email address, at most 320 characters. Users may share one.'),
    emailVerified: z
      .boolean()
      .nullish()
      .describe(
        'Whether you have verified that address. Left out, an unchanged address keeps its state and a new one is unverified; null counts as false.',
      ),
    phoneNumber: v.storedPhoneNumber
      .nullish()
      .describe('The user’s phone number, 3 to 32 characters, preferably in E.164 form. Users may share one.'),
    phoneNumberVerified: z
      .boolean()
      .nullish()
      .describe(
        'Whether you have verified that number. Left out, an unchanged number keeps its state and a new one is unverified; null counts as false.',
      ),
    username: v
      .text(256)
      .nullish()
      .describe('The user’s name for signing in, at most 256 characters; passkeys show it.'),
    displayName: v
      .text(256)
      .nullish()
      .describe('The user’s name to show to people, at most 256 characters; passkeys show it.'),
    locale: v.locale.nullish().describe('The user’s language for pages and messages, a tag such as `en` or `en-NZ`.'),
    custom: v.custom
      .nullish()
      .describe(
        'Your own data about the user, at most 20 levels deep. It replaces what is stored. Rules read it as `user.custom.…`.',
      ),
    defaultVerificationMethod: v.verificationMethod
      .nullish()
      .describe('The method that challenges begin with. The user must have enrolled it; null leaves no default.'),
  }),
  reply: json(z.object(attributes).meta({ id: 'UserAttributes' })),
  example: {
    request: {
      params: { userId: 'alice' },
      body: { email: 'alice@example.com', emailVerified: true, displayName: 'Alice Rangi', custom: { tier: 'gold' } },
    },
    reply: exampleAttributes,
  },
  refusals: [],
  audit: 'user.updated',
});

export const deleteUser = route({
  id: 'deleteUser',
  method: 'DELETE',
  path: '/v1/users/:userId',
  api: 'server',
  title: 'Delete a user',
  description:
    'Deletes the user with everything that belongs to them: attributes, authenticators, recovery codes, devices, sessions, open challenges and, unless you keep it, the action history. Their tokens are no longer valid. Deleting an unknown user succeeds too. This cannot be undone.',
  group: 'users',
  params: userParams,
  query: z.object({
    actions: v
      .optional(z.enum(['true', 'false'], 'actions must be true or false.'))
      .describe(
        'Whether to delete the action history too. `false` keeps it under a random pseudonym, without personal data. `true` if left out.',
      ),
  }),
  body: z.object({}),
  reply: json(success),
  example: { request: { params: { userId: 'alice' } }, reply: { success: true } },
  refusals: [],
  audit: 'user.deleted',
});

export { success };
