import type { VerifiedEnrolmentRequest } from '../contract/server/authenticators.ts';
import type { VerificationMethod } from '../contract/values.ts';
import type { SecretKey } from '../runtime/crypto.ts';
import type { Random } from '../runtime/runtime.ts';

/** An authenticator that a method asks to have stored. Storage, sealing and uniqueness are not the method's business. */
export interface Enrolment {
  /** What makes it the same authenticator when enrolled again: '' where a user has one, else for example the credential id. */
  readonly slot: string;
  readonly email?: string;
  readonly phoneNumber?: string;
  readonly credentialId?: string;
  /** Public data of the method; never a secret. */
  readonly state: Readonly<Record<string, unknown>>;
  /** Sealed before it is stored. */
  readonly secret?: Buffer;
  /** What must rise with each proof. */
  readonly counter?: number;
}

/** What a method tells of a stored authenticator beyond what all have. */
export interface AuthenticatorView {
  readonly email: string | null;
  readonly phoneNumber: string | null;
  readonly credentialId: string | null;
  readonly state: Readonly<Record<string, unknown>>;
  readonly verifiedAt: string | undefined;
}

/** Codes that an authenticator makes by itself, from a secret that it shares and a counter that rises. */
export interface CounterCodes {
  /** A new secret, and how an app takes it over: as a link that is shown as a QR code, or typed in. */
  newSecret(
    names: { readonly issuer: string; readonly account: string },
    random: Random,
  ): { readonly enrolment: Enrolment; readonly uri: string; readonly secret: string };
  /** The counter that a code stands for now; undefined if it is none. Whether it was used before is not the method's business. */
  match(
    stored: { readonly state: Readonly<Record<string, unknown>>; readonly secret: Buffer },
    code: string,
    nowMs: number,
  ): number | undefined;
}

/** Codes that are made as one set, shown once, and kept by the user. */
export interface SavedCodes {
  newSet(
    random: Random,
    pepper: SecretKey,
  ): Promise<{ readonly codes: readonly string[]; readonly salt: Buffer; readonly hashes: readonly Buffer[] }>;
  /**
   * What is stored of a code; slow on purpose, and one for the whole set, since its codes share a salt.
   * @throws {SlowHashBusy} when too many are being made
   */
  hashOf(code: string, salt: Buffer, pepper: SecretKey): Promise<Buffer>;
}

/** A way to verify. It brings no SQL: whatever must win a race is done once, outside the methods. */
export interface Method {
  readonly verificationMethod: VerificationMethod;
  /** Which of the user's contacts this method proves, if any. */
  readonly contact: 'email' | 'phoneNumber' | undefined;
  /** For methods whose codes nobody sends. */
  readonly counterCodes?: CounterCodes;
  /** For codes that stand in for another method. */
  readonly savedCodes?: SavedCodes;
  /**
   * Reads an enrolment that the caller has verified already; absent for what is never enrolled by itself.
   * @throws {Refusal} naming the member that is missing or wrong.
   */
  readVerifiedEnrolment?(request: VerifiedEnrolmentRequest): Enrolment;
  /** Members of the wire authenticator that only this method has. */
  describe(authenticator: AuthenticatorView): Readonly<Record<string, unknown>>;
}
