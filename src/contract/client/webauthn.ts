/** The JSON forms of WebAuthn (Level 3, §5.1), with what official clients leave out or write differently (client-api 4.7). */
import { z } from 'zod';
import * as v from '../values.ts';
import { ownAuthenticator } from './values.ts';

// Ids have at most 1,023 bytes (WebAuthn §7.1 step 25); the rest is bounded by the body.
const credentialId = v.text(2048);
const bytes = (name: string, max: number) =>
  z
    .string()
    .max(max)
    .regex(/^[A-Za-z0-9+/_-]+={0,2}$/, `${name} must be base64url.`);
const publicKeyType = z.literal('public-key');

/** The answer of `navigator.credentials.create()`. What clients say of extensions is not looked at, nor answered. */
export const registrationResponse = z
  .object({
    id: credentialId,
    rawId: v.optional(credentialId),
    type: publicKeyType,
    response: z.object({
      clientDataJSON: bytes('clientDataJSON', 16_384),
      attestationObject: bytes('attestationObject', 60_000),
      transports: v.optional(z.array(v.text(64)).max(16)),
    }),
    authenticatorAttachment: v.optional(v.text(64)),
    clientExtensionResults: z.unknown().optional(),
  })
  .meta({ id: 'RegistrationResponse' });

/** The answer of `navigator.credentials.get()`. */
export const assertionResponse = z
  .object({
    id: credentialId,
    rawId: v.optional(credentialId),
    type: publicKeyType,
    response: z.object({
      clientDataJSON: bytes('clientDataJSON', 16_384),
      authenticatorData: bytes('authenticatorData', 16_384),
      signature: bytes('signature', 2048),
      userHandle: v.optional(v.text(512)),
    }),
  })
  .meta({ id: 'AuthenticationResponse' });

const credential = z.object({ id: z.string(), type: publicKeyType, transports: z.array(z.string()).optional() });
const userVerification = z.enum(['required', 'preferred', 'discouraged']);

/** Members that strict clients cannot do without are all here (client-api 4.2). */
export const creationOptions = z
  .object({
    challenge: z.string(),
    rp: z.object({ id: z.string(), name: z.string() }),
    user: z.object({ id: z.string(), name: z.string(), displayName: z.string() }),
    pubKeyCredParams: z.array(z.object({ alg: z.int(), type: publicKeyType })),
    timeout: z.int(),
    attestation: z.enum(['none', 'direct']),
    excludeCredentials: z.array(credential),
    authenticatorSelection: z.object({
      residentKey: z.enum(['required', 'discouraged']),
      requireResidentKey: z.boolean(),
      userVerification,
      authenticatorAttachment: z.enum(['platform', 'cross-platform']).optional(),
    }),
    hints: z.array(z.string()).optional(),
  })
  .meta({ id: 'CreationOptions' });
export type CreationOptions = z.infer<typeof creationOptions>;

export const requestOptions = z
  .object({
    challenge: z.string(),
    rpId: z.string(),
    allowCredentials: z.array(credential),
    timeout: z.int(),
    userVerification,
  })
  .meta({ id: 'RequestOptions' });
export type RequestOptions = z.infer<typeof requestOptions>;

/** A key that was added. */
export const addAuthenticatorReply = z
  .object({
    isVerified: z.boolean(),
    accessToken: z.string(),
    userAuthenticatorId: z.string(),
    userId: z.string(),
    credentialId: z.string(),
    userAuthenticator: ownAuthenticator,
  })
  .meta({ id: 'AddedAuthenticator' });
export type AddAuthenticatorReply = z.infer<typeof addAuthenticatorReply>;
