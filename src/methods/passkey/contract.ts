import { z } from 'zod';
import { json, route } from '../../contract/route.ts';
import * as v from '../../contract/values.ts';
import { challengeCookie, sessionCookie } from '../../contract/client/cookies.ts';
import {
  exampleAddedPasskey,
  exampleAssertion,
  exampleChallengeId,
  exampleCreationOptions,
  examplePasskey,
  exampleRegistration,
  exampleRequestOptions,
  exampleToken,
} from '../../contract/client/examples.ts';
import {
  accessToken,
  challengeReply,
  enrolmentRefusals,
  proofRefusals,
  userAuthenticatorId,
  userId,
} from '../../contract/client/values.ts';
import {
  addAuthenticatorReply,
  assertionResponse,
  creationOptions,
  registrationResponse,
  requestOptions,
} from '../../contract/client/webauthn.ts';

const cookies = [challengeCookie, sessionCookie];

const aboutDevice = v
  .optional(v.deviceId)
  .describe('Id of the user’s device, 1 to 256 characters, for rules about new devices. Absent: not known.');

const path = '/v1/client/user-authenticators/passkey';
const nothingInPath = { params: z.object({}), query: z.object({}) };

const registration = {
  method: 'POST',
  api: 'client',
  credentials: ['actionToken'],
  ...nothingInPath,
  body: z.object({
    username: v
      .optional(v.text(256))
      .describe('User name for the device to show, at most 256 characters. Absent: the user’s own, else the user id.'),
    displayName: v
      .optional(v.text(256))
      .describe('Name for the device to show, at most 256 characters. Absent: the user’s own, else the user name.'),
    // Null has its own meaning: no restriction.
    authenticatorAttachment: z
      .enum(['platform', 'cross-platform'])
      .nullish()
      .describe(
        'Where the key may be: in this device or elsewhere. The tenant’s setting wins. Null or absent: either.',
      ),
  }),
  reply: json(
    challengeReply.extend({
      options: creationOptions.describe('What to pass to `navigator.credentials.create()`.'),
    }),
  ),
  refusals: enrolmentRefusals,
  audit: null,
} as const;

const exampleCreation = { challengeId: exampleChallengeId, options: exampleCreationOptions };
const exampleRequest = { challengeId: exampleChallengeId, options: exampleRequestOptions };

export const startPasskeyRegistration = route({
  ...registration,
  id: 'startPasskeyRegistration',
  path: `${path}/registration-options`,
  title: 'Get options to create a passkey',
  description:
    'Returns what to pass to `navigator.credentials.create()`. The options are valid for 5 minutes and work once. A user who has authenticators already needs a token with the scope `add:authenticators`.',
  group: 'passkeys',
  example: {
    request: {
      body: { username: 'alice@example.com', displayName: 'Alice Rangi', authenticatorAttachment: 'platform' },
    },
    reply: exampleCreation,
  },
});

export const startPasskeyRegistrationWithCookie = route({
  ...registration,
  id: 'startPasskeyRegistrationWithCookie',
  path: `${path}/registration-options/web`,
  title: 'Create a passkey in one browser',
  description:
    'Returns the same as “Get options to create a passkey”, and sets a cookie so that only the same browser can finish. Adding the passkey then also sets the session cookie.',
  group: 'passkeys',
  example: {
    request: { body: { username: 'alice@example.com', displayName: 'Alice Rangi' } },
    reply: exampleCreation,
  },
  cookies,
});

export const addPasskey = route({
  id: 'addPasskey',
  method: 'POST',
  path,
  api: 'client',
  credentials: ['actionToken'],
  title: 'Add a passkey',
  description:
    'Checks what the browser returned and adds the passkey to the token’s user. It counts at once. If it is the user’s very first authenticator, it also completes the challenge. Browsers can add one only from pages that the tenant expects.',
  group: 'passkeys',
  ...nothingInPath,
  body: z.object({
    registrationCredential: registrationResponse.describe('What `navigator.credentials.create()` returned.'),
    conditionalCreate: v
      .optional(z.boolean())
      .describe(
        'Whether the browser made the passkey by itself, without asking its user. Such a passkey is added, but proves nothing yet. Absent: false.',
      ),
    challengeId: v
      .optional(v.text(256))
      .describe('Id that the options came with, at most 256 characters. The challenge is found without it, too.'),
    deviceId: aboutDevice,
  }),
  reply: json(addAuthenticatorReply),
  example: {
    request: { body: { registrationCredential: exampleRegistration, challengeId: exampleChallengeId } },
    reply: exampleAddedPasskey,
  },
  refusals: [...enrolmentRefusals, 'invalid_credential'],
  audit: 'authenticator.enrolled',
  cookies,
});

const authentication = {
  method: 'POST',
  api: 'client',
  credentials: ['actionToken', 'tenantId'],
  ...nothingInPath,
  // Everything else, even a user name, is ignored: strangers must not learn who has a passkey (A47).
  body: z.object({
    challengeId: v
      .optional(v.text(256))
      .describe('A challenge that was opened before, at most 256 characters. Absent: a new one.'),
  }),
  reply: json(
    challengeReply.extend({
      options: requestOptions.describe('What to pass to `navigator.credentials.get()`.'),
    }),
  ),
  refusals: [...proofRefusals, 'invalid_credential'],
  audit: null,
} as const;

export const startPasskeyAuthentication = route({
  ...authentication,
  id: 'startPasskeyAuthentication',
  path: `${path}/authentication-options`,
  title: 'Get options to use a passkey',
  description:
    'Returns what to pass to `navigator.credentials.get()`. With a token, one of the user’s own passkeys can answer, within 5 minutes. With the tenant id, any passkey of the tenant can, within an hour, so that autofill can wait; the answer is the same for everyone and says nothing about who has a passkey.',
  group: 'passkeys',
  example: {
    request: { body: { challengeId: exampleChallengeId } },
    reply: { ...exampleRequest, options: { ...exampleRequestOptions, allowCredentials: [] } },
  },
});

export const startPasskeyAuthenticationWithCookie = route({
  ...authentication,
  id: 'startPasskeyAuthenticationWithCookie',
  path: `${path}/authentication-options/web`,
  title: 'Use a passkey in one browser',
  description:
    'Returns the same as “Get options to use a passkey”, and sets a cookie so that only the same browser can finish. Verifying the passkey then also sets the session cookie.',
  group: 'passkeys',
  example: { request: { body: { challengeId: exampleChallengeId } }, reply: exampleRequest },
  cookies,
});

export const verifyPasskey = route({
  id: 'verifyPasskey',
  method: 'POST',
  path: '/v1/client/verify/passkey',
  api: 'client',
  credentials: ['actionToken', 'tenantId'],
  title: 'Verify a passkey',
  description:
    'Checks what the passkey signed. With a token, it completes the challenge of the token’s action, and the passkey must be the user’s own. With the tenant id, it signs in the passkey’s user: their action is created, rules decide it, and then the proof counts. Send the `accessToken` to your backend to validate. A passkey that the tenant does not know is `unknown_credential`.',
  group: 'passkeys',
  ...nothingInPath,
  body: z.object({
    authenticationCredential: assertionResponse.describe('What `navigator.credentials.get()` returned.'),
    challengeId: v
      .optional(v.text(256))
      .describe('Id that the options came with, at most 256 characters. The challenge is found without it, too.'),
    deviceId: aboutDevice,
  }),
  reply: json(
    z
      .object({
        isVerified: z.boolean().describe('Always true. A passkey that cannot be verified gets an error response.'),
        accessToken,
        userId,
        userAuthenticatorId,
        username: z.string().optional().describe('The user’s user name, else that of the passkey. Absent: none.'),
        userDisplayName: z
          .string()
          .optional()
          .describe('The user’s display name, else that of the passkey. Absent: none.'),
      })
      .meta({ id: 'PasskeyVerification' }),
  ),
  example: {
    request: { body: { authenticationCredential: exampleAssertion, challengeId: exampleChallengeId } },
    reply: {
      isVerified: true,
      accessToken: exampleToken,
      userId: 'alice',
      userAuthenticatorId: examplePasskey.userAuthenticatorId,
      username: 'alice@example.com',
      userDisplayName: 'Alice Rangi',
    },
  },
  refusals: ['forbidden', 'invalid_credential', 'unknown_credential'],
  audit: 'challenge.verified',
  cookies,
});

export const findPasskey = route({
  id: 'findPasskey',
  method: 'GET',
  path,
  api: 'client',
  credentials: ['tenantId'],
  title: 'Find out whether a passkey is known',
  description:
    'Returns one of these credentials that is a passkey of the tenant, so that a page knows whether to offer passkeys on this device. None is `invalid_credential`.',
  group: 'passkeys',
  params: z.object({}),
  query: z.object({
    // A device stores only a few of them.
    credentialIds: v
      .optional(v.text(16_384))
      .describe(
        'Credential ids in base64url, separated by commas: at most 100, and at most 16,384 characters together.',
      ),
    credentialId: v
      .optional(v.text(2048))
      .describe(
        'A single credential id in base64url, at most 2,048 characters. One of the two parameters is required.',
      ),
  }),
  body: z.object({}),
  reply: json(
    z.object({
      credentialId: z.string().describe('Id of a credential that is known, base64url.'),
      verifiedAt: v.timestamp.describe('When that passkey was enrolled.'),
    }),
  ),
  example: {
    request: { query: { credentialIds: examplePasskey.webauthnCredential.credentialId } },
    reply: {
      credentialId: examplePasskey.webauthnCredential.credentialId,
      verifiedAt: examplePasskey.webauthnCredential.verifiedAt,
    },
  },
  refusals: ['invalid_credential'],
  audit: null,
});

export const routes = [
  startPasskeyRegistration,
  startPasskeyRegistrationWithCookie,
  addPasskey,
  startPasskeyAuthentication,
  startPasskeyAuthenticationWithCookie,
  verifyPasskey,
  findPasskey,
];
