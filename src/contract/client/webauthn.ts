/**
 * The JSON forms of WebAuthn (Level 3, §5.1), with what official clients leave out or write differently
 * (client-api 4.7).
 */
import { z } from 'zod';
import * as v from '../values.ts';
import { accessToken, ownAuthenticator, userAuthenticatorId, userId } from './values.ts';

// Ids have at most 1,023 bytes (WebAuthn §7.1 step 25); the rest is bounded by the body.
const credentialId = v.text(2048);
const bytes = (name: string, max: number, meaning: string) =>
  z
    .string()
    .max(max)
    .regex(/^[A-Za-z0-9+/_-]+={0,2}$/, `${name} must be base64url.`)
    .describe(`${meaning} base64url, at most ${max.toLocaleString('en')} characters.`);
const publicKeyType = z.literal('public-key').describe('Always `public-key`.');
const answered = {
  id: credentialId.describe('Id of the credential, base64url, at most 2,048 characters.'),
  rawId: v.optional(credentialId).describe('The same id again, as browsers send it. Absent: `id` is enough.'),
  type: publicKeyType,
};
const clientDataJSON = bytes('clientDataJSON', 16_384, 'What the browser signed about the page and the challenge.');

/** The response of `navigator.credentials.create()`. Extension results are ignored and never returned. */
export const registrationResponse = z
  .object({
    ...answered,
    response: z
      .object({
        clientDataJSON,
        attestationObject: bytes('attestationObject', 60_000, 'The new public key and what vouches for it.'),
        transports: v
          .optional(z.array(v.text(64)).max(16))
          .describe('How the key can be reached, such as `internal` or `usb`, at most 16. Absent: not known.'),
      })
      .describe('What the authenticator answered.'),
    authenticatorAttachment: v
      .optional(v.text(64))
      .describe('Whether the key is part of the device or separate, at most 64 characters. Absent: not known.'),
    clientExtensionResults: z.unknown().optional().describe('Results of WebAuthn extensions. Ignored.'),
  })
  .meta({ id: 'RegistrationResponse' });

/** The response of `navigator.credentials.get()`. */
export const assertionResponse = z
  .object({
    ...answered,
    response: z
      .object({
        clientDataJSON,
        authenticatorData: bytes('authenticatorData', 16_384, 'What the authenticator says about itself and its user.'),
        signature: bytes('signature', 2048, 'Signature over the two values before.'),
        userHandle: v
          .optional(v.text(512))
          .describe(
            'Handle of the user that the key belongs to, at most 512 characters. Absent: the key does not say.',
          ),
      })
      .describe('What the authenticator answered.'),
  })
  .meta({ id: 'AuthenticationResponse' });

const credential = z.object({
  id: z.string().describe('Id of the credential, base64url.'),
  type: publicKeyType,
  transports: z.array(z.string()).optional().describe('How the key can be reached. Absent: not known.'),
});
const challenge = z.string().describe('Random bytes for the authenticator to sign, base64url. They work once.');
const timeout = z.int().describe('How long the browser may wait for the user, in milliseconds: 60,000.');
const userVerification = z
  .enum(['required', 'preferred', 'discouraged'])
  .describe('Whether the authenticator must verify its user, for example by a fingerprint.');

/** Includes every member that strict clients require (client-api 4.2). */
export const creationOptions = z
  .object({
    challenge,
    rp: z
      .object({
        id: z.string().describe('Relying party id: the domain that the key will belong to.'),
        name: z.string().describe('Name of the tenant.'),
      })
      .describe('Who the key is for.'),
    user: z
      .object({
        id: z
          .string()
          .describe('Opaque handle of the user, base64url. It is the same each time and is not the user id.'),
        name: z.string().describe('User name that the device shows.'),
        displayName: z.string().describe('Name that the device shows.'),
      })
      .describe('Whose the key will be.'),
    pubKeyCredParams: z
      .array(
        z.object({
          alg: z.int().describe('Signature algorithm by its COSE number; -7 is ES256, -257 is RS256.'),
          type: publicKeyType,
        }),
      )
      .describe('Accepted algorithms, best first.'),
    timeout,
    attestation: z
      .enum(['none', 'direct'])
      .describe('Whether the key must say who made it: `direct` where the tenant accepts only some makes.'),
    excludeCredentials: z.array(credential).describe('Keys that the user has; none of them can be added again.'),
    authenticatorSelection: z
      .object({
        residentKey: z
          .enum(['required', 'discouraged'])
          .describe('Whether the key must be able to find its user: `required` for passkeys.'),
        requireResidentKey: z.boolean().describe('The same as `residentKey`, for older browsers.'),
        userVerification,
        authenticatorAttachment: z
          .enum(['platform', 'cross-platform'])
          .optional()
          .describe('Where the key may be: in the device or separate. Absent: either.'),
      })
      .describe('What the authenticator must be like.'),
    hints: z
      .array(z.string())
      .optional()
      .describe('Kinds of authenticator for the browser to suggest, best first. Absent: the browser decides.'),
  })
  .meta({ id: 'CreationOptions' });
export type CreationOptions = z.infer<typeof creationOptions>;

export const requestOptions = z
  .object({
    challenge,
    rpId: z.string().describe('Relying party id: the domain that the keys belong to.'),
    allowCredentials: z
      .array(credential)
      .describe('Keys that may answer. Empty: any passkey of the relying party, which says itself whose it is.'),
    timeout,
    userVerification,
  })
  .meta({ id: 'RequestOptions' });
export type RequestOptions = z.infer<typeof requestOptions>;

/** A key that was added. */
export const addAuthenticatorReply = z
  .object({
    isVerified: z.boolean().describe('Always true. A key that cannot be verified gets an error response.'),
    accessToken,
    userAuthenticatorId,
    userId,
    credentialId: z.string().describe('Id of the credential, base64url.'),
    userAuthenticator: ownAuthenticator.describe('The authenticator that was added.'),
  })
  .meta({ id: 'AddedAuthenticator' });
export type AddAuthenticatorReply = z.infer<typeof addAuthenticatorReply>;
