import { z } from 'zod';
import { route } from '../route.ts';
import * as v from '../values.ts';
import { authenticatorMembers } from '../authenticator-members.ts';
import { success, userParams } from './users.ts';

const authenticator = z
  .object({
    userId: z.string(),
    ...authenticatorMembers,
  })
  .meta({ id: 'Authenticator' });
export type Authenticator = z.infer<typeof authenticator>;

export const getAuthenticators = route({
  id: 'getAuthenticators',
  method: 'GET',
  path: '/v1/users/:userId/authenticators',
  caller: 'server',
  summary: "Lists the user's authenticators, oldest first; none for an unknown user.",
  params: userParams,
  query: z.object({}),
  body: z.object({}),
  reply: z.array(authenticator),
  refusals: [],
  audit: null,
});

/** The request of every method that can be enrolled as already verified; each method reads its own members. */
const verifiedEnrolment = z.object({
  verificationMethod: v.optional(v.verificationMethod),
  oobChannel: v.optional(z.enum(['EMAIL_MAGIC_LINK', 'EMAIL_OTP', 'SMS'])),
  email: v.optional(v.email),
  phoneNumber: v.optional(v.sendablePhoneNumber),
  otpUri: v.optional(v.text(2048)),
  credentialId: v.optional(v.text(1400)),
  credentialPublicKey: v.optional(v.text(4096)),
  counter: v.optional(z.int().min(0).max(0xffff_ffff)),
  signCount: v.optional(z.int().min(0).max(0xffff_ffff)),
  name: v.optional(v.text(256)),
  isDefault: v.optional(z.boolean()),
});
/** As each method reads it; what a batch alone can say is left out elsewhere. */
export type VerifiedEnrolmentRequest = Partial<
  z.output<typeof verifiedEnrolment> & Pick<VerifiedPasskey, 'transports' | 'aaguid'>
>;

export const enrollVerifiedAuthenticator = route({
  id: 'enrollVerifiedAuthenticator',
  method: 'POST',
  path: '/v1/users/:userId/authenticators',
  caller: 'server',
  summary:
    'Enrols an authenticator that the caller has verified already, and creates an unknown user. No message is sent. Recovery codes come once, with the first authenticator.',
  params: userParams,
  query: z.object({}),
  body: verifiedEnrolment,
  reply: z.object({ authenticator, recoveryCodes: z.array(z.string()).optional() }),
  refusals: ['invalid_credential', 'conflict'],
  audit: 'authenticator.enrolled',
});

/** One passkey of a batch. */
export const verifiedPasskey = z.object({
  userId: v.userId,
  verificationMethod: z.literal('PASSKEY'),
  credentialId: v.text(1400),
  credentialPublicKey: v.text(4096),
  name: v.optional(v.text(256)),
  transports: v.optional(z.array(v.text(32)).max(16)),
  aaguid: v.optional(z.guid('aaguid must be a UUID.')),
});
type VerifiedPasskey = z.output<typeof verifiedPasskey>;

const { $schema: _dialect, ...verifiedPasskeySchema } = z.toJSONSchema(verifiedPasskey, { io: 'input' });

export const enrollVerifiedAuthenticators = route({
  id: 'enrollVerifiedAuthenticators',
  method: 'POST',
  path: '/v1/users/authenticators',
  caller: 'server',
  isLarge: true,
  summary:
    'Enrols up to 1,000 passkeys that the caller has verified already, each by itself: the answer tells of those that failed. No recovery codes are made. A repeat changes nothing.',
  params: z.object({}),
  query: z.object({}),
  body: z.object({
    // Each is parsed by itself, so that one that cannot be read keeps no other out.
    authenticators: z.array(z.unknown().meta(verifiedPasskeySchema)).min(1).max(1000),
  }),
  reply: z.object({
    total: z.int(),
    succeeded: z.int(),
    failed: z.int(),
    failures: z.array(
      z.object({
        userId: z.string().optional(),
        credentialId: z.string().optional(),
        errorCode: z.enum(['invalid_request', 'invalid_credential', 'conflict']),
        errorDescription: z.string(),
      }),
    ),
  }),
  refusals: [],
  audit: 'authenticator.enrolled',
});

export const authenticatorParams = userParams.extend({ userAuthenticatorId: v.opaqueId });

export const deleteAuthenticator = route({
  id: 'deleteAuthenticator',
  method: 'DELETE',
  path: '/v1/users/:userId/authenticators/:userAuthenticatorId',
  caller: 'server',
  summary: 'Removes an authenticator. Recovery codes go with the last one.',
  params: authenticatorParams,
  query: z.object({}),
  body: z.object({}),
  reply: success,
  refusals: ['not_found'],
  audit: 'authenticator.removed',
});

export const liftHold = route({
  id: 'liftHold',
  method: 'POST',
  path: '/v1/users/:userId/authenticators/:userAuthenticatorId/lift-hold',
  caller: 'server',
  summary:
    "Sallyport's own: lets an authenticator count at once that was added in recovery. What waits to replace another does so now.",
  params: authenticatorParams,
  query: z.object({}),
  body: z.object({}),
  reply: success,
  refusals: ['not_found'],
  audit: 'authenticator.hold_lifted',
});

export const getAuthenticatorConfigurations = route({
  id: 'getAuthenticatorConfigurations',
  method: 'GET',
  path: '/v1/authenticators',
  caller: 'server',
  summary: "Lists the tenant's authenticator configurations.",
  params: z.object({}),
  query: z.object({}),
  body: z.object({}),
  reply: z.array(
    z.object({ authenticatorId: z.string(), verificationMethod: v.verificationMethod, isActive: z.boolean() }),
  ),
  refusals: [],
  audit: null,
});
