import { z } from 'zod';
import { route } from '../route.ts';
import { enrolmentRefusals, nothing, proofRefusals } from './values.ts';
import {
  addAuthenticatorReply,
  assertionResponse,
  creationOptions,
  registrationResponse,
  requestOptions,
} from './webauthn.ts';

const path = '/v1/client/user-authenticators/security-key';
// Requests and answers are bare, without a wrapper and without a challengeId (client-api 4.9).
const common = { method: 'POST', caller: 'token', params: z.object({}), query: z.object({}) } as const;

export const startSecurityKeyRegistration = route({
  ...common,
  id: 'startSecurityKeyRegistration',
  path: `${path}/registration-options`,
  summary: 'Gives the options to register a security key with.',
  body: nothing,
  reply: creationOptions,
  refusals: enrolmentRefusals,
  audit: null,
});

export const addSecurityKey = route({
  ...common,
  id: 'addSecurityKey',
  path,
  summary:
    "Adds the security key that was registered. It counts at once; the user's very first authenticator also completes the action.",
  body: registrationResponse,
  reply: addAuthenticatorReply,
  refusals: [...enrolmentRefusals, 'invalid_credential'],
  audit: 'authenticator.enrolled',
});

export const startSecurityKeyAuthentication = route({
  ...common,
  id: 'startSecurityKeyAuthentication',
  path: `${path}/authentication-options`,
  summary: "Gives the options to use one of the user's security keys with.",
  body: nothing,
  reply: requestOptions,
  refusals: proofRefusals,
  audit: null,
});

export const verifySecurityKey = route({
  ...common,
  id: 'verifySecurityKey',
  path: '/v1/client/verify/security-key',
  summary: 'Checks what a security key has signed.',
  body: assertionResponse,
  reply: z.object({ isVerified: z.boolean(), accessToken: z.string() }),
  refusals: ['forbidden', 'invalid_credential'],
  audit: 'challenge.verified',
});
