/**
 * The common part of passkeys and security keys: one wrapper around the library, so that no caller can leave out the
 * user, the origin, the relying party, user verification or the counter. The library does not know the list of
 * credentials that was issued, or the user. It checks neither the frame nor the top origin of a registration, and does
 * not compare the id that a registration claims with the id inside it. Those steps are here.
 */
import type { CreationOptions, RequestOptions } from '../contract/client/webauthn.ts';
import { keySlot } from '../core/authenticators/slot.ts';
import { isDerSignature } from './der-signature.ts';
import { isUsableKey, keyAlgorithmIds } from './key-algorithms.ts';
import { webauthnLibrary } from './webauthn-library.ts';
import type { WebauthnLibrary } from './webauthn-library.ts';
import type {
  AboutKey,
  AssertionExpectation,
  AssertionResponse,
  AuthenticatorView,
  CeremonyExpectation,
  CeremonyFailure,
  CeremonyResult,
  KeyAssertion,
  KeyCeremonies,
  RegisteredKey,
  RegistrationExpectation,
  RegistrationResponse,
  StoredKey,
} from './method.ts';

const timeoutMs = 60_000;
// WebAuthn §7.1 step 25.
export const credentialIdBytesMax = 1023;
// Real ones have 100 to 500.
const clientDataBytesMax = 4096;
const transportsKnown = ['usb', 'nfc', 'ble', 'hybrid', 'internal', 'smart-card', 'cable'];
const unknownAaguid = '00000000-0000-0000-0000-000000000000';

// Not `android-key` and `android-safetynet`: for those the library builds a certificate path that the client chose, and
// fetches revocation lists from URLs in those certificates (A76). For the other formats it does so only with roots that
// it was given.
const attestationFormats = ['none', 'packed', 'fido-u2f', 'apple', 'tpm'];

/** What an authenticator's state stores of a key. */
interface KeyState {
  /** COSE, base64url. */
  readonly publicKey: string;
  readonly name?: string;
  readonly transports?: readonly string[];
  readonly aaguid?: string;
  readonly isBackupEligible?: boolean;
  readonly isBackedUp?: boolean;
  readonly attachment?: string;
  /** Whether it names its user by the handle that this server issued: a key created elsewhere does not. */
  readonly hasOwnHandle?: boolean;
  readonly rpId?: string;
  readonly username?: string;
  readonly displayName?: string;
  readonly userAgent?: string;
  readonly deviceId?: string;
}

export function keyCeremonies(kind: { readonly isDiscoverable: boolean }): KeyCeremonies {
  return {
    isDiscoverable: kind.isDiscoverable,
    creationOptions({ challenge, rp, user, attachment, hints, existing, ...wishes }): CreationOptions {
      return {
        challenge,
        rp: { id: rp.id, name: rp.name },
        user: { id: base64Url(user.handle), name: user.name, displayName: user.displayName },
        pubKeyCredParams: keyAlgorithmIds.map((alg) => ({ alg, type: 'public-key' })),
        timeout: timeoutMs,
        attestation: wishes.requiresAttestation ? 'direct' : 'none',
        excludeCredentials: existing.map(descriptor),
        authenticatorSelection: {
          residentKey: kind.isDiscoverable ? 'required' : 'discouraged',
          requireResidentKey: kind.isDiscoverable,
          userVerification: userVerification(wishes),
          ...(attachment === undefined ? {} : { authenticatorAttachment: attachment }),
        },
        ...(hints.length === 0 ? {} : { hints: [...hints] }),
      };
    },
    requestOptions({ challenge, rpId, existing, ...wishes }): RequestOptions {
      return {
        challenge,
        rpId,
        allowCredentials: existing.map(descriptor),
        timeout: timeoutMs,
        userVerification: userVerification(wishes),
      };
    },
    challengeOf: (clientDataJSON) => readClientData(clientDataJSON)?.challenge,
    isAnswer({ response }, expected) {
      const client = readClientData(response.clientDataJSON);
      return (
        client?.type === 'webauthn.get' &&
        client.challenge === expected.challenge &&
        isFromExpectedPage(client, expected)
      );
    },
    isSynced: ({ state }) => (state as Partial<KeyState>).isBackupEligible === true,
    credentialIdOf,
    verifyRegistration: (response, expected, about) =>
      withoutThrowing(() => verifyRegistration(response, expected, about)),
    verifyAssertion: (response, expected, stored) => withoutThrowing(() => verifyAssertion(response, expected, stored)),
  };
}

function userVerification(wishes: {
  readonly requiresUserVerification: boolean;
  readonly prefersUserVerification: boolean;
}) {
  if (wishes.requiresUserVerification) return 'required';
  return wishes.prefersUserVerification ? 'preferred' : 'discouraged';
}

function descriptor({ credentialId, state }: StoredKey) {
  const { transports } = state as Partial<KeyState>;
  return {
    id: credentialId,
    type: 'public-key' as const,
    ...(transports === undefined ? {} : { transports: [...transports] }),
  };
}

/** Anything that the library throws is a refusal like any other (WebAuthn §7.1 step 29, §7.2 step 25). */
async function withoutThrowing<Good>(verify: () => Promise<CeremonyResult<Good>>): Promise<CeremonyResult<Good>> {
  try {
    return await verify();
  } catch {
    return refused('response');
  }
}

/** What is stored about how a key is reached and about its make: only what is known. */
export function toldOfKey(
  transports: readonly string[] | undefined,
  aaguid: string | undefined,
): Pick<KeyState, 'transports' | 'aaguid'> {
  const known = transports?.filter((transport) => transportsKnown.includes(transport));
  return {
    ...(known === undefined ? {} : { transports: known }),
    ...(aaguid === undefined || aaguid === unknownAaguid ? {} : { aaguid }),
  };
}

function refused(why: CeremonyFailure) {
  return { ok: false, why } as const;
}

async function verifyRegistration(
  { id, rawId, response, authenticatorAttachment, clientExtensionResults }: RegistrationResponse,
  expected: RegistrationExpectation,
  about: AboutKey,
): Promise<CeremonyResult<RegisteredKey>> {
  const client = readClientData(response.clientDataJSON);
  if (client?.type !== 'webauthn.create' || client.challenge !== expected.challenge) return refused('client data');
  if (!isFromExpectedPage(client, expected)) return refused('origin');
  const credentialId = credentialIdOf(id);
  if (credentialId === undefined || (rawId !== undefined && credentialIdOf(rawId) !== credentialId)) {
    return refused('credential');
  }
  // iOS always sends cross-platform, and is recognised by what it leaves out (client-api 4.7).
  const attachment = clientExtensionResults === undefined ? undefined : authenticatorAttachment;
  if (expected.attachment !== undefined && attachment !== undefined && attachment !== expected.attachment) {
    return refused('key');
  }
  const attestationObject = Buffer.from(response.attestationObject, 'base64');
  const library = await webauthnLibrary();
  if (!isWholeCbor(library, attestationObject)) return refused('response');
  const attested = library.decodeAttestationObject(new Uint8Array(attestationObject));
  if (!attestationFormats.includes(attested.get('fmt'))) return refused('response');

  const { verified, registrationInfo: info } = await library.verifyRegistrationResponse({
    response: {
      id: credentialId,
      rawId: credentialId,
      type: 'public-key',
      response: {
        clientDataJSON: base64Url(Buffer.from(response.clientDataJSON, 'base64')),
        attestationObject: base64Url(attestationObject),
      },
      clientExtensionResults: {},
    },
    expectedChallenge: expected.challenge,
    expectedOrigin: client.origin,
    expectedRPID: expected.rpId,
    expectedType: 'webauthn.create',
    requireUserPresence: !expected.isConditional,
    requireUserVerification: expected.requiresUserVerification && !expected.isConditional,
    supportedAlgorithmIDs: [...keyAlgorithmIds],
  });
  if (!verified) return refused('signature');
  // Steps 25 and 29: the claimed id, the id inside, and its length.
  if (info.credential.id !== credentialId) return refused('credential');
  if (!(await isUsableKey(info.credential.publicKey))) return refused('key');
  if (!isOwnAlgorithm(library, attested.get('attStmt'), info.credential.publicKey)) return refused('signature');
  // Steps 18 and 19, 23 and 24: what the tenant requires, whatever a browser makes of the options (A51).
  if (expected.requiresDeviceBound && info.credentialDeviceType === 'multiDevice') return refused('synced');
  if (!isAttested(library, attested.get('attStmt').get('x5c'), info.aaguid, expected)) return refused('attestation');
  const state: KeyState = {
    publicKey: base64Url(info.credential.publicKey),
    isBackupEligible: info.credentialDeviceType === 'multiDevice',
    isBackedUp: info.credentialBackedUp,
    hasOwnHandle: true,
    rpId: expected.rpId,
    ...toldOfKey(response.transports, info.aaguid),
    ...(attachment === 'platform' || attachment === 'cross-platform' ? { attachment } : {}),
    ...given(about),
  };
  const isUserPresent = ((attested.get('authData')[32] ?? 0) & 1) === 1;
  return {
    ok: true,
    enrolment: { slot: keySlot(credentialId), credentialId, state: { ...state }, counter: info.credential.counter },
    isUserVerified: info.userVerified && isUserPresent,
    isUserPresent,
  };
}

async function verifyAssertion(
  { id, rawId, response }: AssertionResponse,
  expected: AssertionExpectation,
  { credentialId, counter, state }: StoredKey,
): Promise<CeremonyResult<KeyAssertion>> {
  const client = readClientData(response.clientDataJSON);
  if (client?.type !== 'webauthn.get' || client.challenge !== expected.challenge) return refused('client data');
  if (!isFromExpectedPage(client, expected)) return refused('origin');
  const isIssued = expected.credentialIds === null || expected.credentialIds.includes(credentialId);
  if (!isIssued || credentialIdOf(id) !== credentialId) return refused('credential');
  if (rawId !== undefined && credentialIdOf(rawId) !== credentialId) return refused('credential');
  const key = readKeyState(state);
  const publicKey = new Uint8Array(Buffer.from(key.publicKey, 'base64url'));
  const signature = Buffer.from(response.signature, 'base64');
  const library = await webauthnLibrary();
  if (library.cose.isCOSEPublicKeyEC2(library.decodeCredentialPublicKey(publicKey)) && !isDerSignature(signature)) {
    return refused('signature');
  }
  if (!namesUser(response.userHandle, key, expected)) return refused('user');

  const { verified, authenticationInfo: info } = await library.verifyAuthenticationResponse({
    response: {
      id: credentialId,
      rawId: credentialId,
      type: 'public-key',
      response: {
        clientDataJSON: base64Url(Buffer.from(response.clientDataJSON, 'base64')),
        authenticatorData: base64Url(Buffer.from(response.authenticatorData, 'base64')),
        signature: base64Url(signature),
      },
      clientExtensionResults: {},
    },
    expectedChallenge: expected.challenge,
    expectedOrigin: client.origin,
    expectedRPID: expected.rpId,
    expectedType: 'webauthn.get',
    ...(client.topOrigin === undefined ? {} : { expectedTopOrigin: client.topOrigin }),
    requireUserVerification: expected.requiresUserVerification,
    // The counter is compared below and, if it counts, by the write that stores it: the library would also refuse
    // synced keys.
    credential: { id: credentialId, publicKey, counter: 0 },
  });
  if (!verified) return refused('signature');
  const isBackupEligible = info.credentialDeviceType === 'multiDevice';
  // Step 19: a key that can leave its device always could, and one that cannot never will.
  if (key.isBackupEligible !== undefined && key.isBackupEligible !== isBackupEligible) return refused('key');
  if (expected.requiresDeviceBound && isBackupEligible) return refused('synced');
  const hasRisen = info.newCounter > counter || (info.newCounter === 0 && counter === 0);
  if (!hasRisen && !isBackupEligible) return refused('counter');
  return {
    ok: true,
    counter: info.newCounter,
    isUserVerified: info.userVerified,
    isDeviceBound: !isBackupEligible,
    hasCounterGoneBack: !hasRisen,
    state: { isBackupEligible, isBackedUp: info.credentialBackedUp },
  };
}

interface ClientData {
  readonly type: string;
  readonly challenge: string;
  readonly origin: string;
  readonly crossOrigin: boolean;
  readonly topOrigin: string | undefined;
}

/** Client data with a single meaning: valid UTF-8, a JSON object, no name twice. */
function readClientData(clientDataJSON: string): ClientData | undefined {
  const bytes = Buffer.from(clientDataJSON, 'base64');
  if (bytes.length > clientDataBytesMax) return undefined;
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    const data: unknown = JSON.parse(text);
    if (typeof data !== 'object' || data === null || namesIn(data) !== namesWritten(text)) return undefined;
    const { type, challenge, origin, crossOrigin = false, topOrigin } = data as Record<string, unknown>;
    if (typeof type !== 'string' || typeof challenge !== 'string' || typeof origin !== 'string') return undefined;
    if (typeof crossOrigin !== 'boolean' || (topOrigin !== undefined && typeof topOrigin !== 'string'))
      return undefined;
    return { type, challenge, origin, crossOrigin, topOrigin };
  } catch {
    return undefined;
  }
}

/** The number of members of a value, at every depth. */
function namesIn(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  const inside = Object.values(value).reduce((sum: number, member) => sum + namesIn(member), 0);
  return Array.isArray(value) ? inside : Object.keys(value).length + inside;
}

/** The number of member names in a JSON text; more than its value has if a name appears twice. */
function namesWritten(text: string): number {
  let names = 0;
  for (const [, colon] of text.matchAll(/"(?:[^"\\]|\\.)*"(\s*:)?/g)) if (colon !== undefined) names += 1;
  return names;
}

/**
 * Whether the page is the tenant's (§7.1 steps 9 to 11). In a frame of another site's page only this server's own pages
 * are expected, and only on pages of the tenant. Safari does not report the top page: there the frame's own headers
 * decide.
 */
function isFromExpectedPage(client: ClientData, expected: CeremonyExpectation): boolean {
  if (!expected.isExpectedOrigin(client.origin)) return false;
  if (!client.crossOrigin) return client.topOrigin === undefined;
  return (
    client.origin === expected.ownOrigin &&
    (client.topOrigin === undefined || expected.isExpectedOrigin(client.topOrigin))
  );
}

/**
 * Whether a response names the user who owns the key (§7.2 step 6). Clients send the handle as it is, in base64url, or,
 * for keys that iOS created, with one more layer of encoding (client-api 4.7).
 */
function namesUser(userHandle: string | undefined, key: KeyState, expected: AssertionExpectation): boolean {
  if (key.hasOwnHandle !== true) return true;
  if (userHandle === undefined || userHandle === '') return expected.isUserNamed;
  const once = base64Url(expected.userHandle);
  return [expected.userHandle, once, base64Url(once)].includes(userHandle.replace(/=+$/, ''));
}

function credentialIdOf(text: string): string | undefined {
  if (!/^[A-Za-z0-9+/_-]+={0,2}$/.test(text)) return undefined;
  const bytes = Buffer.from(text, 'base64');
  return bytes.length === 0 || bytes.length > credentialIdBytesMax ? undefined : base64Url(bytes);
}

function base64Url(data: string | Uint8Array): string {
  return (typeof data === 'string' ? Buffer.from(data) : Buffer.from(data)).toString('base64url');
}

/**
 * Whether the bytes are exactly one CBOR item in its canonical form (CTAP2 §8): the library reads as much of the first
 * item as there is, and ignores the rest.
 */
function isWholeCbor({ isoCBOR }: WebauthnLibrary, bytes: Buffer): boolean {
  const item = isoCBOR.decodeFirst(new Uint8Array(bytes));
  return bytes.equals(isoCBOR.encode(item as never));
}

/** Whether a self-attestation names the key's own algorithm (§8.2): the library does not check it. */
function isOwnAlgorithm(
  { cose, decodeCredentialPublicKey }: WebauthnLibrary,
  statement: { get(name: 'alg' | 'x5c'): unknown },
  publicKey: Uint8Array,
): boolean {
  const algorithm = statement.get('alg');
  const isOfOthers = statement.get('x5c') !== undefined || algorithm === undefined;
  return isOfOthers || algorithm === decodeCredentialPublicKey(new Uint8Array(publicKey)).get(cose.COSEKEYS.alg);
}

/**
 * Whether the make of a new key is attested as the tenant requires. The library has checked that the first
 * certificate's key signed, and that its AAGUID, if it names one, is the key's. A self-attestation has no certificates.
 */
function isAttested(
  { leadsToAnchor }: WebauthnLibrary,
  certificates: readonly Uint8Array[] | undefined,
  aaguid: string,
  { attestation: policy, nowMs }: RegistrationExpectation,
): boolean {
  if (policy === undefined) return true;
  if (policy.aaguids !== undefined && !policy.aaguids.includes(aaguid)) return false;
  return Array.isArray(certificates) && leadsToAnchor(certificates, policy.anchors, nowMs);
}

/** @throws if it cannot be read: a proof is never accepted for a missing key */
function readKeyState(state: Readonly<Record<string, unknown>>): KeyState {
  if (typeof state['publicKey'] !== 'string') throw new Error('A stored key cannot be read.');
  return state as unknown as KeyState;
}

/** The members that are present. */
function given(about: AboutKey): { readonly [Name in keyof AboutKey]?: string } {
  return Object.fromEntries(Object.entries(about).filter(([, value]) => value !== undefined));
}

/** The members of a key on the wire (client-api 3.1). */
export function describeKey(
  { credentialId, state, verifiedAt, providerName, parsedUserAgent }: AuthenticatorView,
  fallbackName: string,
): Readonly<Record<string, unknown>> {
  const key = state as Partial<KeyState>;
  const provider = key.aaguid === undefined ? undefined : providerName(key.aaguid);
  const agent = key.userAgent === undefined ? null : parsedUserAgent(key.userAgent);
  return {
    ...(key.username === undefined ? {} : { username: key.username }),
    ...(key.displayName === undefined ? {} : { displayName: key.displayName }),
    ...(key.attachment === undefined ? {} : { authenticatorAttachment: key.attachment }),
    webauthnCredential: {
      credentialId,
      deviceId: key.deviceId ?? '',
      name: key.name ?? provider ?? browserName(agent) ?? fallbackName,
      ...(key.aaguid === undefined ? {} : { aaguid: key.aaguid }),
      ...(provider === undefined ? {} : { aaguidMapping: { name: provider } }),
      ...(key.isBackedUp === undefined ? {} : { credentialBackedUp: key.isBackedUp }),
      ...(key.isBackupEligible === undefined
        ? {}
        : { credentialDeviceType: key.isBackupEligible ? 'multiDevice' : 'singleDevice' }),
      ...(key.attachment === undefined ? {} : { authenticatorAttachment: key.attachment }),
      ...(agent === null ? {} : { parsedUserAgent: agent }),
      ...(verifiedAt === undefined ? {} : { verifiedAt }),
    },
  };
}

function browserName(agent: object | null): string | undefined {
  const { browser, os } = (agent ?? {}) as { browser?: { name?: string }; os?: { name?: string } };
  if (browser?.name === undefined) return os?.name;
  return os?.name === undefined ? browser.name : `${browser.name} on ${os.name}`;
}
