import { z } from 'zod';
import { json, route } from '../../contract/route.ts';
import {
  exampleAssertion,
  exampleCreationOptions,
  exampleRegistration,
  exampleRequestOptions,
  exampleToken,
} from '../../contract/client/examples.ts';
import { accessToken, enrolmentRefusals, nothing, proofRefusals } from '../../contract/client/values.ts';
import {
  addAuthenticatorReply,
  assertionResponse,
  creationOptions,
  registrationResponse,
  requestOptions,
} from '../../contract/client/webauthn.ts';

const path = '/v1/client/user-authenticators/security-key';
// Requests and responses are bare, without a wrapper and without a challengeId (client-api 4.9).
const common = {
  method: 'POST',
  api: 'client',
  credentials: ['actionToken'],
  params: z.object({}),
  query: z.object({}),
} as const;

const exampleKey = {
  userAuthenticatorId: 'c8a1d5e2-7f34-4b96-8e0d-5a4b3c2d1e0f',
  verificationMethod: 'SECURITY_KEY',
  createdAt: '2026-03-01T09:30:00.000Z',
  verifiedAt: '2026-03-01T09:30:00.000Z',
  lastVerifiedAt: '2026-03-01T09:30:00.000Z',
  isDefault: false,
  webauthnCredential: {
    credentialId: exampleRegistration.id,
    deviceId: '',
    name: 'YubiKey 5 Series',
    credentialBackedUp: false,
    credentialDeviceType: 'singleDevice',
    verifiedAt: '2026-03-01T09:30:00.000Z',
  },
};

export const startSecurityKeyRegistration = route({
  ...common,
  id: 'startSecurityKeyRegistration',
  path: `${path}/registration-options`,
  title: 'Get options to register a security key',
  description:
    'Returns what to pass to `navigator.credentials.create()`. The options are valid for 5 minutes and work once. A user who has authenticators already needs a token with the scope `add:authenticators`.',
  group: 'security-keys',
  body: nothing,
  reply: json(creationOptions),
  example: {
    reply: {
      ...exampleCreationOptions,
      authenticatorSelection: {
        residentKey: 'discouraged',
        requireResidentKey: false,
        userVerification: 'preferred',
        authenticatorAttachment: 'cross-platform',
      },
    },
  },
  refusals: enrolmentRefusals,
  audit: null,
});

export const addSecurityKey = route({
  ...common,
  id: 'addSecurityKey',
  path,
  title: 'Add a security key',
  description:
    'Checks what the browser returned and adds the security key to the token’s user. Send the browser’s answer as it is. The key counts at once. If it is the user’s very first authenticator, it also completes the challenge.',
  group: 'security-keys',
  body: registrationResponse,
  reply: json(addAuthenticatorReply),
  example: {
    request: { body: { ...exampleRegistration, authenticatorAttachment: 'cross-platform' } },
    reply: {
      isVerified: true,
      accessToken: exampleToken,
      userAuthenticatorId: exampleKey.userAuthenticatorId,
      userId: 'alice',
      credentialId: exampleRegistration.id,
      userAuthenticator: exampleKey,
    },
  },
  refusals: [...enrolmentRefusals, 'invalid_credential'],
  audit: 'authenticator.enrolled',
});

export const startSecurityKeyAuthentication = route({
  ...common,
  id: 'startSecurityKeyAuthentication',
  path: `${path}/authentication-options`,
  title: 'Get options to use a security key',
  description:
    'Returns what to pass to `navigator.credentials.get()`, so that one of the user’s own security keys can answer. The options are valid for 5 minutes and work once.',
  group: 'security-keys',
  body: nothing,
  reply: json(requestOptions),
  example: { reply: exampleRequestOptions },
  refusals: proofRefusals,
  audit: null,
});

export const verifySecurityKey = route({
  ...common,
  id: 'verifySecurityKey',
  path: '/v1/client/verify/security-key',
  title: 'Verify a security key',
  description:
    'Checks what the security key signed, which completes the challenge of the token’s action. Send the browser’s answer as it is.',
  group: 'security-keys',
  body: assertionResponse,
  reply: json(
    z.object({
      isVerified: z.boolean().describe('Always true. A key that cannot be verified gets an error response.'),
      accessToken,
    }),
  ),
  example: { request: { body: exampleAssertion }, reply: { isVerified: true, accessToken: exampleToken } },
  refusals: ['forbidden', 'invalid_credential'],
  audit: 'challenge.verified',
});

export const routes = [startSecurityKeyRegistration, addSecurityKey, startSecurityKeyAuthentication, verifySecurityKey];
