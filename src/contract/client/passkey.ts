import { z } from 'zod';
import { route } from '../route.ts';
import * as v from '../values.ts';
import { enrolmentRefusals, proofRefusals } from './values.ts';
import {
  addAuthenticatorReply,
  assertionResponse,
  creationOptions,
  registrationResponse,
  requestOptions,
} from './webauthn.ts';

/** Binds a ceremony to the browser that began it, where it is asked for (client-api 4.4). */
export const challengeCookie = '__as_challenge';
/** Holds what the answer's `accessToken` holds. */
export const sessionCookie = '__as_session';
const cookies = [challengeCookie, sessionCookie];

const path = '/v1/client/user-authenticators/passkey';
const nothingInPath = { params: z.object({}), query: z.object({}) };

const registration = {
  method: 'POST',
  caller: 'token',
  ...nothingInPath,
  body: z.object({
    username: v.optional(v.text(256)),
    displayName: v.optional(v.text(256)),
    // Null is a wish of its own: no restriction.
    authenticatorAttachment: z.enum(['platform', 'cross-platform']).nullish(),
  }),
  reply: z.object({ challengeId: z.string(), options: creationOptions }),
  refusals: enrolmentRefusals,
  audit: null,
} as const;

export const startPasskeyRegistration = route({
  ...registration,
  id: 'startPasskeyRegistration',
  path: `${path}/registration-options`,
  summary: 'Gives the options to create a passkey with.',
});

export const startPasskeyRegistrationWithCookie = route({
  ...registration,
  id: 'startPasskeyRegistrationWithCookie',
  path: `${path}/registration-options/web`,
  summary: 'Gives the options to create a passkey with, to be finished by the same browser.',
  cookies,
});

export const addPasskey = route({
  id: 'addPasskey',
  method: 'POST',
  path,
  caller: 'token',
  summary:
    "Adds the passkey that was created. It counts at once; the user's very first authenticator also completes the action.",
  ...nothingInPath,
  body: z.object({
    registrationCredential: registrationResponse,
    conditionalCreate: v.optional(z.boolean()),
    challengeId: v.optional(v.text(256)),
    deviceId: v.optional(v.deviceId),
  }),
  reply: addAuthenticatorReply,
  refusals: [...enrolmentRefusals, 'invalid_credential'],
  audit: 'authenticator.enrolled',
  cookies,
});

const authentication = {
  method: 'POST',
  caller: 'tokenOrTenant',
  ...nothingInPath,
  // What else is sent, a user name too, is ignored: strangers must not learn who has a passkey (A47).
  body: z.object({ challengeId: v.optional(v.text(256)) }),
  reply: z.object({ challengeId: z.string(), options: requestOptions }),
  refusals: [...proofRefusals, 'invalid_credential'],
  audit: null,
} as const;

export const startPasskeyAuthentication = route({
  ...authentication,
  id: 'startPasskeyAuthentication',
  path: `${path}/authentication-options`,
  summary:
    "Gives the options to use a passkey with: one of the token's user, or, without a token, any that the tenant knows.",
});

export const startPasskeyAuthenticationWithCookie = route({
  ...authentication,
  id: 'startPasskeyAuthenticationWithCookie',
  path: `${path}/authentication-options/web`,
  summary: 'Gives the options to use a passkey with, to be finished by the same browser.',
  cookies,
});

export const verifyPasskey = route({
  id: 'verifyPasskey',
  method: 'POST',
  path: '/v1/client/verify/passkey',
  caller: 'tokenOrTenant',
  summary:
    "Checks what a passkey has signed. With a token it proves the token's action; without one it signs its user in, in an action of its own that is decided first.",
  ...nothingInPath,
  body: z.object({
    authenticationCredential: assertionResponse,
    challengeId: v.optional(v.text(256)),
    deviceId: v.optional(v.deviceId),
  }),
  reply: z
    .object({
      isVerified: z.boolean(),
      accessToken: z.string(),
      userId: z.string(),
      userAuthenticatorId: z.string(),
      username: z.string().optional(),
      userDisplayName: z.string().optional(),
    })
    .meta({ id: 'PasskeyVerification' }),
  refusals: ['forbidden', 'invalid_credential', 'unknown_credential'],
  audit: 'challenge.verified',
  cookies,
});

export const findPasskey = route({
  id: 'findPasskey',
  method: 'GET',
  path,
  caller: 'tenant',
  summary: 'Tells whether one of these credentials is a passkey that the tenant knows.',
  params: z.object({}),
  query: z.object({
    // A device keeps a handful of them; a list is parted by commas.
    credentialIds: v.optional(v.text(16_384)),
    credentialId: v.optional(v.text(2048)),
  }),
  body: z.object({}),
  reply: z.object({ credentialId: z.string(), verifiedAt: v.timestamp }),
  refusals: ['invalid_credential'],
  audit: null,
});
