/** What the routes of the three kinds of app credentials have in common (client-api 2.4 and 6.2). */
import { z } from 'zod';
import { json, route } from '../route.ts';
import * as v from '../values.ts';
import { exampleAppKey, exampleAppKeyInQuery, exampleAppSignature } from './examples.ts';
import { enrolmentRefusals, userAuthenticatorId, userId } from './values.ts';

export type AppNamespace = 'push' | 'qr-code' | 'in-app';

export const appPublicKey = v
  .text(512)
  .describe('Public key on the curve P-256: SubjectPublicKeyInfo in DER, as standard base64 of 124 characters.');
export const appPublicKeyInQuery = v
  .text(512)
  .describe('The public key as in a body, and that text once more as base64 or base64url.');
export const appSignature = v
  .text(512)
  .describe('Signature by the private key: ECDSA with SHA-256 in DER, as standard base64.');

/** A member of our own: official SDKs never send it. */
export const notMe = v
  .optional(z.enum(['NOT_ME']))
  .describe('Why the user rejects: they did not ask for it. Absent: they only refuse.');

/** Names come from phones: whatever does not belong in one is left out, so that no phone is refused for its name. */
const deviceName = v
  .text(1024)
  .transform((name) => [...name.replace(/\p{Cc}/gu, ' ').trim()].slice(0, 128).join(''))
  .describe('Name of the phone, as its user sees it later; may be empty. Only the first 128 characters are kept.');

const attestation = z.object({
  provider: z.enum(['APP_ATTEST', 'PLAY_INTEGRITY']).describe('Who makes the statement: Apple or Google.'),
  token: v
    .text(32_768)
    .describe(
      'The statement, at most 32,768 characters: for Apple an attestation object in standard base64, for Google a JWE.',
    ),
  keyId: v
    .optional(v.text(256))
    .describe('Id of the attested key, standard base64, at most 256 characters. Absent for Google.'),
});
export type AppAttestationStatement = z.output<typeof attestation>;

export const appCredential = z.object({
  userAuthenticatorId,
  userId,
  verifiedAt: v.timestamp.describe('When the key was registered.'),
  lastVerifiedAt: v.timestamp.optional().describe('When it last proved something. Absent: never.'),
  expiresAt: v.timestamp.optional().describe('When it stops working, unless it is prolonged. Absent: never.'),
});
export type AppCredential = z.infer<typeof appCredential>;

export const exampleAppCredential = {
  userAuthenticatorId: '6f9d2c4e-8b1a-4d3f-9e7c-5a0b1c2d3e4f',
  userId: 'alice',
  verifiedAt: '2025-02-20T01:51:56.070Z',
  lastVerifiedAt: '2025-02-20T01:51:56.070Z',
};

/** The routes by which apps find, register and remove their keys; `purpose` says what the keys are for. */
export function appCredentialRoutes(namespace: AppNamespace, name: string, purpose: string) {
  const path = `/v1/client/user-authenticators/${namespace}`;
  const common = { api: 'client', group: 'apps', params: z.object({}) } as const;
  const find = route({
    ...common,
    id: `find${name}Credential`,
    method: 'GET',
    path,
    credentials: ['tenantId'],
    title: `Find an app’s key ${purpose}`,
    description: `Returns what is registered for a public key ${purpose}. A key that is not registered, or has expired, is \`invalid_credential\`.`,
    query: z.object({ publicKey: appPublicKeyInQuery }),
    body: z.object({}),
    reply: json(appCredential),
    example: { request: { query: { publicKey: exampleAppKeyInQuery } }, reply: exampleAppCredential },
    refusals: ['invalid_credential'],
    audit: null,
  });
  const add = route({
    ...common,
    id: `add${name}Credential`,
    method: 'POST',
    path,
    credentials: ['actionToken'],
    title: `Register an app’s key ${purpose}`,
    description: `Registers a public key ${purpose} for the token’s user. It counts at once, and completes the challenge if it is the user’s very first authenticator. A user who has authenticators already needs a token with the scope \`add:authenticators\`. A key that the user has registered before keeps its id; one that another user of the tenant has registered moves to this user, because phones keep their keys when users change.`,
    query: z.object({}),
    body: z.object({
      publicKey: appPublicKey,
      deviceName: v
        .optional(deviceName)
        .describe('Name of the phone, as its user sees it later. Absent or empty: none.'),
      devicePlatform: v.optional(z.enum(['ios', 'android'])).describe('Platform of the phone. Absent: not known.'),
      pushToken: v
        .optional(v.text(4096))
        .describe(
          'Token for push messages, of APNs or FCM, at most 4,096 characters. Absent: none are sent. Push only.',
        ),
      performAttestation: v
        .optional(attestation)
        .describe('Statement that the app is genuine, made for the `nonce` of a challenge. Absent: none.'),
    }),
    reply: json(appCredential),
    example: {
      request: { body: { publicKey: exampleAppKey, deviceName: 'Alice’s phone', devicePlatform: 'ios' } },
      reply: exampleAppCredential,
    },
    refusals: [...enrolmentRefusals, 'invalid_credential'],
    audit: 'authenticator.enrolled',
  });
  const remove = route({
    ...common,
    id: `remove${name}Credential`,
    method: 'POST',
    path: `${path}/remove`,
    credentials: ['tenantId'],
    title: `Remove an app’s key ${purpose}`,
    description: `Removes a key ${purpose}. The app signs the number of ten-minute periods since 1970, written with \`.0\` at its end, such as \`2933333.0\`; the periods before and after the present one are accepted too. The user’s last authenticator can be removed this way.`,
    query: z.object({}),
    body: z.object({ publicKey: appPublicKey, signature: appSignature }),
    reply: json(z.object({ removedAuthenticatorId: userAuthenticatorId.describe('Id of the removed authenticator.') })),
    example: {
      request: { body: { publicKey: exampleAppKey, signature: exampleAppSignature } },
      reply: { removedAuthenticatorId: exampleAppCredential.userAuthenticatorId },
    },
    refusals: ['invalid_credential', 'invalid_configuration', 'forbidden'],
    audit: 'authenticator.removed',
  });
  return { find, add, remove };
}
