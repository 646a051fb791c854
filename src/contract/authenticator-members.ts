import { z } from 'zod';
import * as v from './values.ts';
import { webauthnCredential } from './webauthn-credential.ts';

/** What every API returns of an authenticator. The client API masks contacts; the server API adds the user. */
export const authenticatorMembers = {
  userAuthenticatorId: z.string().describe('Id of the authenticator, a UUID that Sallyport chose.'),
  verificationMethod: v.verificationMethod.describe('Method that the authenticator is for.'),
  createdAt: v.timestamp.describe('When its enrolment began.'),
  verifiedAt: v.timestamp.optional().describe('When its enrolment was completed. Absent while it is not.'),
  lastVerifiedAt: v.timestamp.optional().describe('When it last proved something. Absent: never.'),
  // Sallyport's own (ruling 41).
  heldUntil: v.timestamp
    .optional()
    .describe(
      'Until when its proofs count no more than the proof that it was added with, because it was added in recovery. Absent: they count in full.',
    ),
  isDefault: z.boolean().describe('Whether it is the user’s default authenticator.'),
  email: z
    .string()
    .optional()
    .describe('Email address of the authenticator; the client API masks it. Absent for other methods.'),
  phoneNumber: z
    .string()
    .optional()
    .describe('Phone number of the authenticator; the client API masks it. Absent for other methods.'),
  previousSmsChannel: v.smsChannel
    .optional()
    .describe(
      'How the latest code went to the number: `DEFAULT` is a text message. Absent: none yet, and for other methods.',
    ),
  username: z
    .string()
    .optional()
    .describe('User name that the passkey or security key was created with. Absent: none.'),
  displayName: z
    .string()
    .optional()
    .describe('Name that the user gave the authenticator, or that the key was created with. Absent: none.'),
  authenticatorAttachment: z
    .enum(['platform', 'cross-platform'])
    .optional()
    .describe(
      'Whether the key is part of the device that created it (`platform`) or separate (`cross-platform`). Absent where the client did not say.',
    ),
  devicePlatform: z
    .enum(['IOS', 'ANDROID', 'WEB'])
    .optional()
    .describe('Platform of the phone that has the key of an app. Absent for other methods.'),
  erroredAt: v.timestamp
    .optional()
    .describe('When a message to the authenticator last failed. Absent: none has failed since the last success.'),
  errorCode: z
    .string()
    .optional()
    .describe(
      'Why it failed: `TOKEN_INVALID` if the phone no longer takes push messages, else `DELIVERY_FAILED`. Absent like `erroredAt`.',
    ),
  webauthnCredential: webauthnCredential
    .optional()
    .describe('The key behind a passkey or security key. Absent for other methods.'),
};
