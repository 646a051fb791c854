import { z } from 'zod';
import * as v from './values.ts';
import { webauthnCredential } from './webauthn-credential.ts';

/** What every API tells of an authenticator; one of them masks contacts, another says whose it is. */
export const authenticatorMembers = {
  userAuthenticatorId: z.string(),
  verificationMethod: v.verificationMethod,
  createdAt: v.timestamp,
  verifiedAt: v.timestamp.optional(),
  lastVerifiedAt: v.timestamp.optional(),
  /** Sallyport's own: until then its proofs count for little, because it was added in recovery. */
  heldUntil: v.timestamp.optional(),
  isDefault: z.boolean(),
  email: z.string().optional(),
  phoneNumber: z.string().optional(),
  username: z.string().optional(),
  displayName: z.string().optional(),
  authenticatorAttachment: z.enum(['platform', 'cross-platform']).optional(),
  webauthnCredential: webauthnCredential.optional(),
};
