import type { ContactColumns } from '../../../core/authenticators/contact.ts';

/** The columns of every challenge, for all kinds of owners. */
export interface AnyChallengeRow extends ContactColumns {
  readonly challengeId: string;
  readonly purpose: 'authentication' | 'registration';
  /** The authenticator that it belongs to, if one is named. */
  readonly authenticatorId: string | null;
  /** Null if it is not answered with a code. */
  readonly codeHmac: Buffer | null;
  /** Digits; null if they were not stored. */
  readonly codeLength: number | null;
  readonly expiresAt: number;
  readonly verifiedAt: number | null;
}

export const anyColumns =
  'c.challenge_id, c.purpose, c.authenticator_id, c.code_hmac, c.code_length, c.expires_at, c.verified_at';
