import type { VerifiedEnrolmentRequest } from '../contract/server/authenticators.ts';
import type { CreationOptions, RequestOptions } from '../contract/client/webauthn.ts';
import type { VerificationMethod } from '../contract/values.ts';
import type { Slot } from '../core/authenticators/slot.ts';
import type { SecretKey } from '../runtime/crypto.ts';
import type { Random, Runtime } from '../runtime/runtime.ts';

/** An authenticator that a method asks to have stored. Storage, sealing and uniqueness are handled elsewhere. */
export interface Enrolment {
  /** Identifies the same authenticator when it is enrolled again: `own` if a user has one, otherwise its `keySlot`. */
  readonly slot: Slot;
  readonly email?: string;
  readonly phoneNumber?: string;
  readonly credentialId?: string;
  /** Public data of the method; never a secret. */
  readonly state: Readonly<Record<string, unknown>>;
  /** Sealed before it is stored. */
  readonly secret?: Buffer;
  /** A number that must rise with each proof. */
  readonly counter?: number;
}

/** What a method can read of a stored authenticator, beyond the members that all have. */
export interface AuthenticatorView {
  readonly email: string | null;
  readonly phoneNumber: string | null;
  readonly credentialId: string | null;
  readonly state: Readonly<Record<string, unknown>>;
  readonly verifiedAt: string | undefined;
  /** The name of a make of authenticator, by its AAGUID; undefined if it is not known. */
  providerName(aaguid: string): string | undefined;
  /** The browser that it was enrolled with, in its wire form. */
  parsedUserAgent(userAgent: string): object | null;
}

/** Codes that an authenticator generates itself, from a shared secret and a counter that rises. */
export interface CounterCodes {
  /** A new secret, and how an app imports it: as a link that is shown as a QR code, or typed in. */
  newSecret(
    names: { readonly issuer: string; readonly account: string },
    random: Random,
  ): { readonly enrolment: Enrolment; readonly uri: string; readonly secret: string };
  /** How many digits the codes of a stored authenticator have. */
  digitsOf(state: Readonly<Record<string, unknown>>): number;
  /**
   * The counter for which a code is valid now; undefined if there is none. Whether it was used before is checked
   * elsewhere.
   */
  match(
    stored: { readonly state: Readonly<Record<string, unknown>>; readonly secret: Buffer },
    code: string,
    nowMs: number,
  ): number | undefined;
}

/** Codes that are generated as one set, shown once, and kept by the user. */
export interface SavedCodes {
  newSet(
    runtime: Pick<Runtime, 'random' | 'slowHash'>,
    pepper: SecretKey,
  ): Promise<{ readonly codes: readonly string[]; readonly salt: Buffer; readonly hashes: readonly Buffer[] }>;
  /** A code in the normal form that is hashed, in whatever form it was written down; undefined if it cannot be one. */
  read(given: string): string | undefined;
  /**
   * What is stored of a code that was read. Slow on purpose, and calculated once for the whole set, since its codes
   * share a salt.
   * @throws {TurnsBusy} if too many are being calculated
   */
  hashOf(runtime: Pick<Runtime, 'slowHash'>, code: string, salt: Buffer, pepper: SecretKey): Promise<Buffer>;
}

/** Why a response of a key is refused: only the audit log records it. */
export type CeremonyFailure =
  | 'client data'
  | 'origin'
  | 'credential'
  | 'user'
  | 'response'
  | 'key'
  | 'counter'
  | 'signature'
  // Keys that the tenant does not accept: one that can be copied, one whose make is not attested.
  | 'synced'
  | 'attestation';
export type CeremonyResult<Good> =
  ({ readonly ok: true } & Good) | { readonly ok: false; readonly why: CeremonyFailure };

/** What applies to any response of a key. */
export interface CeremonyExpectation {
  readonly challenge: string;
  readonly rpId: string;
  readonly requiresUserVerification: boolean;
  /** Whether pages of this origin are the tenant's. */
  isExpectedOrigin(origin: string): boolean;
  /** The origin of this server's own pages, which may be in a frame of the tenant's. */
  readonly ownOrigin: string;
  /** Whether the tenant accepts only keys that cannot leave their device. */
  readonly requiresDeviceBound: boolean;
}

/** Which makes of keys a tenant accepts, according to the attestations of their makers. */
export interface AttestationPolicy {
  /** Certificates in PEM; the attestation must lead to one of them. */
  readonly anchors: readonly string[];
  /** The only AAGUIDs that it accepts; undefined for all that an anchor attests. */
  readonly aaguids: readonly string[] | undefined;
}

export interface RegistrationExpectation extends CeremonyExpectation {
  /** Whether the browser was allowed to create it without asking, so that the user may not have touched anything. */
  readonly isConditional: boolean;
  /** The only attachment that the tenant permits; undefined if it permits any. */
  readonly attachment: 'platform' | 'cross-platform' | undefined;
  /** Undefined if the tenant accepts keys of any make. */
  readonly attestation: AttestationPolicy | undefined;
  /** When the response arrived; Unix milliseconds. */
  readonly nowMs: number;
}

export interface AssertionExpectation extends CeremonyExpectation {
  /** The ids that were issued; null if any key of the tenant may answer. */
  readonly credentialIds: readonly string[] | null;
  /** The handles by which the user's keys name the user: a client may send any of them. */
  readonly userHandle: string;
  /** Whether the user was known before; if not, the key must name them. */
  readonly isUserNamed: boolean;
}

/** What is stored about a key beyond its own data, so that users recognise it. */
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
  /** Whether the key cannot leave its device, so that its counter must rise. */
  readonly isDeviceBound: boolean;
  /** The counter of a synced key did not rise: reported, not refused (ruling 19). */
  readonly hasCounterGoneBack: boolean;
  /** The state to store from now on. */
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
  /** Whether it was sent at all: iOS leaves it out, and its value for the attachment is then wrong. */
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

/** A stored key in the form that a method reads. */
export interface StoredKey {
  readonly credentialId: string;
  readonly counter: number;
  readonly state: Readonly<Record<string, unknown>>;
}

/** Keys that stay in a device and sign a challenge (WebAuthn). */
export interface KeyCeremonies {
  /** Whether a key finds its user itself, so that clients keep a list of the known ones. */
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
    /** Whether the key's make must be attested. */
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
  /** The challenge that a response claims to answer; undefined if its client data cannot be read. */
  challengeOf(clientDataJSON: string): string | undefined;
  /**
   * Whether a response claims to be an assertion for the challenge from one of the tenant's pages; its signature is not
   * checked.
   */
  isAnswer(response: AssertionResponse, expected: CeremonyExpectation): boolean;
  /** Whether a stored key is known to be one that can leave its device. */
  isSynced(stored: Pick<StoredKey, 'state'>): boolean;
  /** A credential id in the normal form in which it is stored; undefined if it is invalid. */
  credentialIdOf(given: string): string | undefined;
  /** Checks a registration: every step of WebAuthn §7.1 that concerns a single response. */
  verifyRegistration(
    response: RegistrationResponse,
    expected: RegistrationExpectation,
    about: AboutKey,
  ): Promise<CeremonyResult<RegisteredKey>>;
  /** Checks an assertion by a stored key: every step of WebAuthn §7.2 that concerns a single response. */
  verifyAssertion(
    response: AssertionResponse,
    expected: AssertionExpectation,
    stored: StoredKey,
  ): Promise<CeremonyResult<KeyAssertion>>;
}

/** A public key that an app has sent. */
export interface AppKey {
  /** By which the key is found: one key is a different credential in each method. */
  readonly credentialId: string;
  /** SubjectPublicKeyInfo in DER, as standard base64: how apps send it. */
  readonly publicKey: string;
}

/** Why a statement that an app is genuine does not count; only the audit log and the stored registration say so. */
export type AttestationFailure =
  'unconfigured' | 'unreadable' | 'chain' | 'nonce' | 'key' | 'app' | 'environment' | 'device' | 'time';

export type AttestationResult =
  { readonly isGenuine: true } | { readonly isGenuine: false; readonly why: AttestationFailure };

/** What a statement about an app is checked against. */
export interface AppExpectation {
  /** The settings of the method, and its sealed credentials for Play Integrity. */
  readonly settings: Readonly<Record<string, unknown>>;
  readonly secrets: Readonly<Record<string, string>>;
  /** It is made for one of these. */
  readonly nonces: readonly string[];
  readonly nowMs: number;
}

/** Keys that an app keeps on a phone and signs short texts with (client-api 6.1). */
export interface AppKeys {
  /** Reads a key from a body; undefined if it is not a key on P-256. */
  read(publicKey: string): AppKey | undefined;
  /** Reads a key from a query, where apps encode the text once more. */
  readQuery(publicKey: string): AppKey | undefined;
  /** Whether the key has signed the message: ECDSA with SHA-256, DER, standard base64. */
  isSignature(key: Pick<AppKey, 'publicKey'>, message: string, signature: string): boolean;
  /** Whether a statement of Apple or Google shows that the app is genuine. Asks nobody. */
  attest(
    statement: { readonly provider: string; readonly token: string; readonly keyId?: string | undefined },
    expected: AppExpectation,
  ): Promise<AttestationResult>;
}

/**
 * What a verification method does; its manifest says what it is. It has no SQL: writes that must win a race are made in
 * one place, outside the methods.
 */
export interface Method {
  readonly verificationMethod: VerificationMethod;
  /** For methods whose codes are not sent. */
  readonly counterCodes?: CounterCodes;
  /** For methods whose proof is a signature. */
  readonly keys?: KeyCeremonies;
  /** For methods whose proof is a signature by an app. */
  readonly appKeys?: AppKeys;
  /** For codes that substitute for another method. */
  readonly savedCodes?: SavedCodes;
  /**
   * Reads an enrolment that the caller has verified already; absent for methods that are never enrolled alone.
   * @throws {Refusal} naming the member that is missing or wrong.
   */
  readVerifiedEnrolment?(request: VerifiedEnrolmentRequest): Enrolment | Promise<Enrolment>;
  /** Members of the wire authenticator that only this method has. */
  describe(authenticator: AuthenticatorView): Readonly<Record<string, unknown>>;
}
