import { z } from 'zod';
import { manifests } from '../../methods/manifests.ts';
import { json, route } from '../route.ts';
import * as v from '../values.ts';
import { authenticatorMembers } from '../authenticator-members.ts';
import { success, userParams } from './users.ts';

const authenticator = z
  .object({
    userId: z.string().describe('The user whose authenticator it is.'),
    ...authenticatorMembers,
  })
  .meta({ id: 'Authenticator', description: 'One way in which a user can verify. Contacts are not masked.' });
export type Authenticator = z.infer<typeof authenticator>;

const exampleAuthenticator = {
  userId: 'alice',
  userAuthenticatorId: '0198c1a0-04e8-7001-8dee-55866f1f231d',
  verificationMethod: 'EMAIL_OTP',
  createdAt: '2026-03-01T09:00:00.000Z',
  verifiedAt: '2026-03-01T09:00:00.000Z',
  isDefault: true,
  email: 'alice@example.com',
};
/** A P-256 key, as a browser returns it. */
const exampleCredential = {
  credentialId: 'Y3JlZGVudGlhbA',
  credentialPublicKey:
    'pQECAyYgASFYIASq7HNjVybyE_uKnmTaO4Yy5BSVqUTQBFtSLrpyQPrVIlggh9kxV5iqo6W6AXdXh87QXqr3tOCfyB1tGqVG6DZdUl0',
};

export const getAuthenticators = route({
  id: 'getAuthenticators',
  method: 'GET',
  path: '/v1/users/:userId/authenticators',
  api: 'server',
  title: 'List a user’s authenticators',
  description:
    'Lists the authenticators of a user, oldest first. One that was started and not yet verified has no `verifiedAt`. Recovery codes are not listed. An unknown user has none.',
  group: 'authenticators',
  params: userParams,
  query: z.object({}),
  body: z.object({}),
  reply: json(z.array(authenticator)),
  example: {
    request: { params: { userId: 'alice' } },
    reply: [{ ...exampleAuthenticator, lastVerifiedAt: '2026-03-01T09:30:41.500Z' }],
  },
  refusals: [],
  audit: null,
});

const credentialId = v.text(1400).describe('The passkey’s credential id in base64url: 1 to 1,023 bytes.');
const credentialPublicKey = v
  .text(4096)
  .describe('The passkey’s COSE public key in base64url, at most 4,096 characters.');
const credentialName = v
  .optional(v.text(256))
  .describe('A name for the passkey to show to its user, at most 256 characters. “Passkey” if left out.');

const enrolledByBackends = manifests
  .flatMap(({ verificationMethod, isEnrolledByBackends }) =>
    isEnrolledByBackends ? [`\`${verificationMethod}\``] : [],
  )
  .join(', ')
  .replace(/, (?=[^,]*$)/, ' or ');

/** The request of every method that can be enrolled as already verified; each method reads its own members. */
const verifiedEnrolment = z.object({
  verificationMethod: v
    .optional(v.verificationMethod)
    .describe(`The method to enrol: ${enrolledByBackends}. Required unless \`oobChannel\` names it.`),
  oobChannel: v
    .optional(z.enum(['EMAIL_MAGIC_LINK', 'EMAIL_OTP', 'SMS']))
    .describe('An older name of `verificationMethod`, read if that is left out.'),
  email: v.optional(v.email).describe('The verified address, at most 320 characters. Required for the email methods.'),
  phoneNumber: v
    .optional(v.sendablePhoneNumber)
    .describe('The verified number in E.164 form, such as `+6427123456`. Required for `SMS` and `WHATSAPP`.'),
  otpUri: v
    .optional(v.text(2048))
    .describe(
      'The `otpauth://` URI of time-based codes that the authenticator app was set up with, at most 2,048 characters. Required for one.',
    ),
  credentialId: v.optional(credentialId).describe(`${credentialId.description ?? ''} Required for \`PASSKEY\`.`),
  credentialPublicKey: v
    .optional(credentialPublicKey)
    .describe(`${credentialPublicKey.description ?? ''} Required for \`PASSKEY\`.`),
  counter: v
    .optional(z.int().min(0).max(0xffff_ffff))
    .describe(
      'The signature counter that the passkey showed last: 0 to 4,294,967,295. `signCount` if left out, else 0.',
    ),
  signCount: v
    .optional(z.int().min(0).max(0xffff_ffff))
    .describe('Another name of `counter`, read if that is left out: 0 to 4,294,967,295.'),
  name: credentialName,
  isDefault: v
    .optional(z.boolean())
    .describe(
      'Whether challenges begin with it from now on. If left out or false, only the first authenticator of a user becomes the default.',
    ),
});
/** The members that each method reads; members that only a batch has are left out elsewhere. */
export type VerifiedEnrolmentRequest = Partial<
  z.output<typeof verifiedEnrolment> & Pick<VerifiedPasskey, 'transports' | 'aaguid'>
>;

export const enrollVerifiedAuthenticator = route({
  id: 'enrollVerifiedAuthenticator',
  method: 'POST',
  path: '/v1/users/:userId/authenticators',
  api: 'server',
  title: 'Enrol a verified authenticator',
  description:
    'Enrols a contact, an authenticator app or a passkey that you have verified yourself, for example while you migrate from another system. It creates the user if Sallyport does not know them. No code is sent.\n\nA user has one authenticator of each email, phone and app method, so enrolling another replaces it, and the user’s sessions end. They may have several passkeys. The user is told of each change. Repeating a call changes nothing, and returns the same authenticator.\n\nWith the first authenticator the user gets recovery codes, unless the tenant has switched them off. They are returned only once: show them to the user.',
  group: 'authenticators',
  params: userParams,
  query: z.object({}),
  body: verifiedEnrolment,
  reply: json(
    z.object({
      authenticator,
      recoveryCodes: z
        .array(z.string())
        .describe('New recovery codes, each good once; absent if none were made.')
        .optional(),
    }),
  ),
  example: {
    request: {
      params: { userId: 'alice' },
      body: { verificationMethod: 'EMAIL_OTP', email: 'alice@example.com' },
    },
    reply: { authenticator: exampleAuthenticator, recoveryCodes: ['EHS4-APDN-WCZP-CHRC', '7KQM-2XTD-VJ9F-N4RA'] },
  },
  refusals: ['invalid_credential', 'conflict'],
  audit: 'authenticator.enrolled',
});

/** One passkey of a batch. */
export const verifiedPasskey = z.object({
  userId: v.userId,
  verificationMethod: z.literal('PASSKEY').describe('Always `PASSKEY`: only passkeys can be enrolled in a batch.'),
  credentialId,
  credentialPublicKey,
  name: credentialName,
  transports: v
    .optional(z.array(v.text(32)).max(16))
    .describe(
      'How the passkey can be reached, such as `internal` or `hybrid`, as the browser told: at most 16 of at most 32 characters. Unknown ones are left out.',
    ),
  aaguid: v
    .optional(z.guid('aaguid must be a UUID.'))
    .describe('The model of the authenticator, a UUID, by which its provider is named. Unknown if left out.'),
});
type VerifiedPasskey = z.output<typeof verifiedPasskey>;

const { $schema: _dialect, ...verifiedPasskeySchema } = z.toJSONSchema(verifiedPasskey, { io: 'input' });

export const enrollVerifiedAuthenticators = route({
  id: 'enrollVerifiedAuthenticators',
  method: 'POST',
  path: '/v1/users/authenticators',
  api: 'server',
  isLarge: true,
  title: 'Enrol many passkeys',
  description:
    'Enrols up to 1,000 passkeys of any users, to migrate from another system. Each succeeds or fails by itself, and the response lists those that failed. Unknown users are created; no recovery codes are made. Repeating a batch changes nothing. The body may have 1 MiB.',
  group: 'authenticators',
  params: z.object({}),
  query: z.object({}),
  body: z.object({
    // Each is parsed separately, so that one that cannot be read does not block the others.
    authenticators: z
      .array(z.unknown().meta(verifiedPasskeySchema))
      .min(1)
      .max(1000)
      .describe('The passkeys to enrol: 1 to 1,000.'),
  }),
  reply: json(
    z.object({
      total: z.int().describe('How many passkeys were sent.'),
      succeeded: z.int().describe('How many of them are enrolled now, those that were before included.'),
      failed: z.int().describe('How many of them failed.'),
      failures: z
        .array(
          z.object({
            userId: z.string().describe('`userId` of the passkey as sent; absent if that was no text.').optional(),
            credentialId: z
              .string()
              .describe('`credentialId` of the passkey as sent; absent if that was no text.')
              .optional(),
            errorCode: z
              .enum(['invalid_request', 'invalid_credential', 'conflict'])
              .describe('Why it failed; `conflict` if another user has the credential.'),
            errorDescription: z.string().describe('What is wrong with it, in a sentence for developers.'),
          }),
        )
        .describe('The passkeys that failed, in the order in which they were sent.'),
    }),
  ),
  example: {
    request: {
      body: {
        authenticators: [
          {
            userId: 'alice',
            verificationMethod: 'PASSKEY',
            ...exampleCredential,
            name: 'Phone',
            transports: ['internal', 'hybrid'],
          },
          {
            userId: 'bob',
            verificationMethod: 'PASSKEY',
            ...exampleCredential,
          },
        ],
      },
    },
    reply: {
      total: 2,
      succeeded: 1,
      failed: 1,
      failures: [
        {
          userId: 'bob',
          credentialId: exampleCredential.credentialId,
          errorCode: 'conflict',
          errorDescription: 'Credential already exists for a different user.',
        },
      ],
    },
  },
  refusals: [],
  audit: 'authenticator.enrolled',
});

export const authenticatorParams = userParams.extend({
  userAuthenticatorId: v.opaqueId.describe('The id of the authenticator, a UUID, as listed for the user.'),
});
const exampleParams = { userId: 'alice', userAuthenticatorId: exampleAuthenticator.userAuthenticatorId };

export const deleteAuthenticator = route({
  id: 'deleteAuthenticator',
  method: 'DELETE',
  path: '/v1/users/:userId/authenticators/:userAuthenticatorId',
  api: 'server',
  title: 'Remove an authenticator',
  description:
    'Removes an authenticator of a user, whatever users may remove themselves. Recovery codes go with the last one. The user is told, and all of their sessions end.',
  group: 'authenticators',
  params: authenticatorParams,
  query: z.object({}),
  body: z.object({}),
  reply: json(success),
  example: { request: { params: exampleParams }, reply: { success: true } },
  refusals: ['not_found'],
  audit: 'authenticator.removed',
});

export const liftHold = route({
  id: 'liftHold',
  method: 'POST',
  path: '/v1/users/:userId/authenticators/:userAuthenticatorId/lift-hold',
  api: 'server',
  title: 'Lift the hold on an authenticator',
  description:
    'An authenticator that was added after a recovery code is held for a time, a day unless the tenant is configured otherwise: until then it proves no more than the code did, so that a stolen code gains little. Call this when you have verified the user in another way: the authenticator counts in full at once, and if it waits to replace another, it does so now. Only Sallyport has this call; the official SDKs do not.',
  group: 'authenticators',
  params: authenticatorParams,
  query: z.object({}),
  body: z.object({}),
  reply: json(success),
  example: { request: { params: exampleParams }, reply: { success: true } },
  refusals: ['not_found'],
  audit: 'authenticator.hold_lifted',
});

export const getAuthenticatorConfigurations = route({
  id: 'getAuthenticatorConfigurations',
  method: 'GET',
  path: '/v1/authenticators',
  api: 'server',
  title: 'List the tenant’s methods',
  description:
    'Lists the verification methods that are configured for the tenant, and which of them are active. The management API has their settings.',
  group: 'authenticators',
  params: z.object({}),
  query: z.object({}),
  body: z.object({}),
  reply: json(
    z.array(
      z.object({
        authenticatorId: z.string().describe('Id of the configuration, by which the management API changes it.'),
        verificationMethod: v.verificationMethod,
        isActive: z.boolean().describe('Whether the tenant offers the method.'),
        isEditableByUser: z
          .boolean()
          .optional()
          .describe('Whether users may change their authenticators of the method. Absent: true.'),
        isHiddenToUser: z.boolean().optional().describe('Whether to leave the method out of lists. Absent: false.'),
        smsChannel: v.smsChannel.optional().describe('Channel of messages to phone numbers. Absent: `DEFAULT`.'),
      }),
    ),
  ),
  example: {
    reply: [
      { authenticatorId: '0198c19f-6a00-7b11-a1b2-c3d4e5f60718', verificationMethod: 'PASSKEY', isActive: true },
      { authenticatorId: '0198c19f-6a01-7b11-a1b2-c3d4e5f60719', verificationMethod: 'SMS', isActive: false },
    ],
  },
  refusals: [],
  audit: null,
});
