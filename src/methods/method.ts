import type { VerifiedEnrolmentRequest } from '../contract/server/authenticators.ts';
import type { CreationOptions, RequestOptions } from '../contract/client/webauthn.ts';
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
  /** What a make of authenticator is called, by its AAGUID; undefined if nobody knows. */
  providerName(aaguid: string): string | undefined;
  /** What the browser was that it was enrolled with, in its wire form. */
  parsedUserAgent(userAgent: string): object | null;
}

/** Codes that an authenticator makes by itself, from a secret that it shares and a counter that rises. */
export interface CounterCodes {
  /** A new secret, and how an app takes it over: as a link that is shown as a QR code, or typed in. */
  newSecret(
    names: { readonly issuer: string; readonly account: string },
    random: Random,
  ): { readonly enrolment: Enrolment; readonly uri: string; readonly secret: string };
  /** How many digits the codes of a stored authenticator have. */
  digitsOf(state: Readonly<Record<string, unknown>>): number;
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
  /** A code in the one spelling that is hashed, however it was written down; undefined if it cannot be one. */
  read(given: string): string | undefined;
  /**
   * What is stored of a code that was read; slow on purpose, and one for the whole set, since its codes share a salt.
   * @throws {TurnsBusy} when too many are being made
   */
  hashOf(code: string, salt: Buffer, pepper: SecretKey): Promise<Buffer>;
}

/** Why a response of a key is refused: told to nobody but the audit log. */
export type CeremonyFailure =
  | 'client data'
  | 'origin'
  | 'credential'
  | 'user'
  | 'response'
  | 'key'
  | 'counter'
  | 'signature'
  // What the tenant does not take: a key that can be copied, one whose make nobody attests.
  | 'synced'
  | 'attestation';
export type CeremonyResult<Good> =
  ({ readonly ok: true } & Good) | { readonly ok: false; readonly why: CeremonyFailure };

/** What holds for any response of a key. */
export interface CeremonyExpectation {
  readonly challenge: string;
  readonly rpId: string;
  readonly requiresUserVerification: boolean;
  /** Whether pages of this origin are the tenant's. */
  isExpectedOrigin(origin: string): boolean;
  /** The origin of this server's own pages, which may stand in a frame of the tenant's. */
  readonly ownOrigin: string;
  /** Whether the tenant takes only keys that cannot leave their device. */
  readonly requiresDeviceBound: boolean;
}

/** Which makes of keys a tenant takes, by what their makers attest. */
export interface AttestationPolicy {
  /** Certificates in PEM, to one of which the attestation has to lead. */
  readonly anchors: readonly string[];
  /** The only AAGUIDs that it takes; undefined for all that an anchor answers for. */
  readonly aaguids: readonly string[] | undefined;
}

export interface RegistrationExpectation extends CeremonyExpectation {
  /** Whether the browser was let create it without asking, so that nobody may have touched anything. */
  readonly isConditional: boolean;
  /** The only attachment that the tenant permits; undefined where it permits any. */
  readonly attachment: 'platform' | 'cross-platform' | undefined;
  /** Undefined where the tenant takes keys of any make. */
  readonly attestation: AttestationPolicy | undefined;
  /** When it came; Unix milliseconds. */
  readonly nowMs: number;
}

export interface AssertionExpectation extends CeremonyExpectation {
  /** The ids that were issued; null where any of the tenant's may answer. */
  readonly credentialIds: readonly string[] | null;
  /** What the user's keys call the user: of each, a client may give any. */
  readonly userHandle: string;
  /** Whether the user was known before; where not, the key has to name them. */
  readonly isUserNamed: boolean;
}

/** What is kept of a key beside what it says itself: for people to know it by. */
export interface AboutKey {
  readonly username: string | undefined;
  readonly displayName: string | undefined;
  readonly userAgent: string | undefined;
  readonly deviceId: string | undefined;
}

/** A new key, as it is stored. */
export interface RegisteredKey {
  readonly enrolment: Enrolment & { readonly credentialId: string; readonly counter: number };
  readonly isUserVerified: boolean;
  readonly isUserPresent: boolean;
}

/** A proof that a stored key has signed the challenge. */
export interface KeyAssertion {
  readonly counter: number;
  readonly isUserVerified: boolean;
  /** Whether the key cannot leave its device, so that its counter has to rise. */
  readonly isDeviceBound: boolean;
  /** A counter of a synced key that is not higher than it was: told, not refused (ruling 19). */
  readonly hasCounterGoneBack: boolean;
  /** What to keep anew. */
  readonly state: Readonly<Record<string, unknown>>;
}

export interface RegistrationResponse {
  readonly id: string;
  readonly rawId?: string | undefined;
  readonly response: {
    readonly clientDataJSON: string;
    readonly attestationObject: string;
    readonly transports?: readonly string[] | undefined;
  };
  readonly authenticatorAttachment?: string | undefined;
  /** Whether it came at all: iOS leaves it out, and what it says of the attachment then is not so. */
  readonly clientExtensionResults?: unknown;
}

export interface AssertionResponse {
  readonly id: string;
  readonly rawId?: string | undefined;
  readonly response: {
    readonly clientDataJSON: string;
    readonly authenticatorData: string;
    readonly signature: string;
    readonly userHandle?: string | undefined;
  };
}

/** A stored key as a method reads it. */
export interface StoredKey {
  readonly credentialId: string;
  readonly counter: number;
  readonly state: Readonly<Record<string, unknown>>;
}

/** Keys that stay in a device and sign what they are asked (WebAuthn). */
export interface KeyCeremonies {
  /** Whether a key finds its user by itself, so that clients keep a list of those that are known. */
  readonly isDiscoverable: boolean;
  /** Options for `navigator.credentials.create()`, in their JSON form (WebAuthn §5.4). */
  creationOptions(request: {
    readonly challenge: string;
    readonly rp: { readonly id: string; readonly name: string };
    readonly user: { readonly handle: string; readonly name: string; readonly displayName: string };
    readonly requiresUserVerification: boolean;
    readonly prefersUserVerification: boolean;
    readonly attachment: 'platform' | 'cross-platform' | undefined;
    readonly hints: readonly string[];
    /** Whether the key's make has to be attested. */
    readonly requiresAttestation: boolean;
    readonly existing: readonly StoredKey[];
  }): CreationOptions;
  /** Options for `navigator.credentials.get()`, in their JSON form (WebAuthn §5.5). */
  requestOptions(request: {
    readonly challenge: string;
    readonly rpId: string;
    readonly requiresUserVerification: boolean;
    readonly prefersUserVerification: boolean;
    readonly existing: readonly StoredKey[];
  }): RequestOptions;
  /** The challenge that a response says it answers; undefined if its client data cannot be read. */
  challengeOf(clientDataJSON: string): string | undefined;
  /** Whether a response is an assertion of a page of the tenant's for the challenge; not whether anything in it is true. */
  isAnswer(response: AssertionResponse, expected: CeremonyExpectation): boolean;
  /** Whether a stored key is known to be one that can leave its device. */
  isSynced(stored: Pick<StoredKey, 'state'>): boolean;
  /** A credential id in the one form in which they are stored; undefined if it is none. */
  credentialIdOf(given: string): string | undefined;
  /** Checks a registration, every step of WebAuthn §7.1 that concerns one response alone. */
  verifyRegistration(
    response: RegistrationResponse,
    expected: RegistrationExpectation,
    about: AboutKey,
  ): Promise<CeremonyResult<RegisteredKey>>;
  /** Checks an assertion by a stored key, every step of WebAuthn §7.2 that concerns one response alone. */
  verifyAssertion(
    response: AssertionResponse,
    expected: AssertionExpectation,
    stored: StoredKey,
  ): Promise<CeremonyResult<KeyAssertion>>;
}

/** A way to verify. It brings no SQL: whatever must win a race is done once, outside the methods. */
export interface Method {
  readonly verificationMethod: VerificationMethod;
  /** Which of the user's contacts this method proves, if any. */
  readonly contact: 'email' | 'phoneNumber' | undefined;
  /** For methods whose codes nobody sends. */
  readonly counterCodes?: CounterCodes;
  /** For methods whose proof is a signature. */
  readonly keys?: KeyCeremonies;
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
