import { z } from 'zod';
import { json } from '../route.ts';
import { closed } from '../management/closed.ts';
import { nothing } from '../management/management-route.ts';
import * as v from '../values.ts';
import { portalRoute } from './portal-route.ts';

const userParams = z.object({ userId: v.userId.describe('Your own id of the user.') });
const contacts = {
  email: z
    .string()
    .optional()
    .describe('Email address, masked unless the operator may see contacts; absent if none is set.'),
  emailVerified: z.boolean().describe('Whether that address is verified.'),
  phoneNumber: z
    .string()
    .optional()
    .describe('Phone number, masked unless the operator may see contacts; absent if none is set.'),
  phoneNumberVerified: z.boolean().describe('Whether that number is verified.'),
};
const listedUser = z
  .object({
    userId: z.string().describe('Your own id of the user.'),
    ...contacts,
    username: z.string().optional().describe('Name for signing in; masked like an address if it looks like one.'),
    displayName: z.string().optional().describe('Name to show to people.'),
    isEnrolled: z.boolean().describe('Whether the user has a verified authenticator.'),
    enrolledVerificationMethods: z.array(v.verificationMethod).describe('The methods of those, each once.'),
    createdAt: v.timestamp.describe('When the user was created here.'),
  })
  .meta({ id: 'ListedUser' });

const exampleParams = { userId: 'alice' };
const exampleUser = {
  ...exampleParams,
  email: 'a•••@example.com',
  emailVerified: true,
  phoneNumberVerified: false,
  isEnrolled: true,
  enrolledVerificationMethods: ['PASSKEY'],
  createdAt: '2026-01-10T08:00:00.000Z',
};

export const findUsers = portalRoute({
  id: 'findUsers',
  method: 'GET',
  path: '/users',
  title: 'Find users as an operator',
  description:
    'Finds users by the beginning of their id, or by their exact email address, phone number or user name. Without words, the users in the order of their ids.',
  group: 'activity',
  params: z.object({}),
  query: closed({
    words: v.optional(v.text(320)).describe('What to find: at most 320 characters.'),
    limit: v.optional(v.limit(100)).describe('How many at most: 1 to 100. 50 if left out.'),
    cursor: v.optional(v.text(512)).describe('Where to go on: `nextCursor` of the previous response.'),
  }),
  body: nothing,
  reply: json(
    z.object({
      users: z.array(listedUser).describe('The users, by id.'),
      nextCursor: z.string().optional().describe('Where the list goes on; absent at its end.'),
    }),
  ),
  example: { request: { query: { words: 'ali' } }, reply: { users: [exampleUser] } },
  permission: 'users:read',
  refusals: [],
  audit: null,
});

const authenticator = z
  .object({
    userAuthenticatorId: z.string().describe('Id of the authenticator.'),
    verificationMethod: v.verificationMethod,
    name: z.string().optional().describe('What it is called: a name of the user’s, or a masked contact.'),
    isDefault: z.boolean().describe('Whether challenges begin with it.'),
    createdAt: v.timestamp.describe('When it was added.'),
    verifiedAt: v.timestamp.optional().describe('When it was verified; absent if it is not.'),
    lastVerifiedAt: v.timestamp.optional().describe('When a proof with it last succeeded; absent if none has.'),
    heldUntil: v.timestamp
      .optional()
      .describe('Until when its proofs count for less, because it was added in recovery.'),
  })
  .meta({ id: 'UsersAuthenticator' });

const device = z
  .object({
    deviceId: z.string().describe('Id of the device.'),
    name: z.string().optional().describe('What it is: the user’s own name for it, or browser and system.'),
    firstSeenAt: v.timestamp.optional().describe('When it was first seen.'),
    lastSeenAt: v.timestamp.optional().describe('When it was last seen.'),
    rememberedUntil: v.timestamp.optional().describe('Until when it is remembered; absent if it is not.'),
    isInvalidated: z.boolean().describe('Whether it was invalidated.'),
  })
  .meta({ id: 'UsersDevice' });

export const getUserDetail = portalRoute({
  id: 'getUserDetail',
  method: 'GET',
  path: '/users/:userId',
  title: 'Get a user as an operator',
  description:
    'A user with authenticators, devices and sessions. Contacts are masked unless a role permits to see them. The user’s actions are in the list of actions.',
  group: 'activity',
  params: userParams,
  body: nothing,
  reply: json(
    z.object({
      ...listedUser.shape,
      locale: z.string().optional().describe('Language of pages and messages; absent if none is set.'),
      custom: v.custom.optional().describe('Your own data about the user; absent if none is set.'),
      areContactsMasked: z.boolean().describe('Whether contacts are masked for the operator who asks.'),
      authenticators: z.array(authenticator).describe('Oldest first.'),
      lockedMethods: z
        .array(v.verificationMethod)
        .describe('Methods that are locked after too many wrong guesses. Unlock them by the management API.'),
      devices: z.array(device).describe('Last seen first, at most 100.'),
      sessions: z
        .array(
          z.object({
            sessionId: z.string().describe('Id of the session.'),
            clientId: z.string().describe('The app client that it belongs to.'),
            signedInAt: v.timestamp.describe('When the user signed in.'),
            expiresAt: v.timestamp.describe('When it ends.'),
          }),
        )
        .describe('Sessions that have not ended, newest first, at most 100.'),
    }),
  ),
  example: {
    request: { params: exampleParams },
    reply: {
      ...exampleUser,
      areContactsMasked: true,
      authenticators: [
        {
          userAuthenticatorId: '0198c1a0-11b2-7f00-8c3d-5b6a7988c9d1',
          verificationMethod: 'PASSKEY',
          name: 'Laptop',
          isDefault: true,
          createdAt: '2026-01-10T08:02:00.000Z',
          verifiedAt: '2026-01-10T08:02:00.000Z',
          lastVerifiedAt: '2026-03-01T09:30:00.000Z',
        },
      ],
      lockedMethods: [],
      devices: [
        {
          deviceId: 'a1f2c3d4-0b1c-4d5e-8f90-a1b2c3d4e5f6',
          name: 'Firefox on macOS',
          lastSeenAt: '2026-03-01T09:30:00.000Z',
          isInvalidated: false,
        },
      ],
      sessions: [],
    },
  },
  permission: 'users:read',
  refusals: ['not_found'],
  audit: null,
});

export const listUserMessages = portalRoute({
  id: 'listUserMessages',
  method: 'GET',
  path: '/users/:userId/messages',
  title: 'List messages to a user',
  description:
    'What was sent to a user, newest first, as far as it is still known: codes and links for a day, notices for 30. Never what they said.',
  group: 'activity',
  params: userParams,
  body: nothing,
  reply: json(
    z.array(
      z.object({
        kind: z.enum(['CODE', 'NOTICE']).describe('A code or a link, or a notice of what happened.'),
        verificationMethod: v.verificationMethod
          .optional()
          .describe('The method whose message it is; absent for a notice, which is a mail.'),
        to: z
          .string()
          .optional()
          .describe(
            'Where it went, masked unless the operator may see contacts; absent for a notice that was delivered.',
          ),
        at: v.timestamp.describe('When it was asked for.'),
        outcome: z
          .enum(['UNDER_WAY', 'SENT', 'DELIVERED', 'NOT_DELIVERED', 'WITHHELD', 'FAILED'])
          .describe(
            '`UNDER_WAY` to its provider, `SENT` to it, `DELIVERED` or `NOT_DELIVERED` as it told later, `WITHHELD` because too many were sent, or `FAILED`.',
          ),
        isUsed: z.boolean().describe('Whether the code or link was used.'),
      }),
    ),
  ),
  example: {
    request: { params: exampleParams },
    reply: [
      {
        kind: 'CODE',
        verificationMethod: 'EMAIL_OTP',
        to: 'a•••@example.com',
        at: '2026-03-01T09:30:00.000Z',
        outcome: 'SENT',
        isUsed: true,
      },
    ],
  },
  permission: 'users:read',
  refusals: ['not_found'],
  audit: null,
});

export const revealContacts = portalRoute({
  id: 'revealContacts',
  method: 'POST',
  path: '/users/:userId/reveal',
  title: 'Reveal a user’s contacts',
  description:
    'Answers the email address and phone number of a user in full, and leaves an audit event that says who saw them and why.',
  group: 'activity',
  params: userParams,
  body: closed({
    reason: v.text(500).min(1, 'reason must say why.').describe('Why the operator needs them: 1 to 500 characters.'),
  }),
  reply: json(
    z.object({
      email: z.string().optional().describe('Email address; absent if none is set.'),
      phoneNumber: z.string().optional().describe('Phone number; absent if none is set.'),
    }),
  ),
  example: {
    request: { params: exampleParams, body: { reason: 'The customer called about ticket 4711.' } },
    reply: { email: 'alice@example.com' },
  },
  permission: 'contacts:reveal',
  refusals: ['not_found'],
  audit: 'user.contacts_revealed',
});
