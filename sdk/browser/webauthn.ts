/**
 * WebAuthn ceremonies, with conversion between the server's JSON and the browser's binary forms (WebAuthn
 * §5.1.8-5.1.10).
 */
import { CeremonyError } from './errors.ts';

type Json = Readonly<Record<string, unknown>>;

/** Whether this browser supports WebAuthn ceremonies on this page. */
export function supportsWebAuthn(): boolean {
  return typeof PublicKeyCredential === 'function' && typeof navigator.credentials?.get === 'function';
}

/** Whether this device can store a passkey of its own. False if the browser cannot tell. */
export async function supportsPlatformPasskeys(): Promise<boolean> {
  if (!supportsWebAuthn()) return false;
  try {
    return await PublicKeyCredential.isUserVerifyingPlatformAuthenticatorAvailable();
  } catch {
    return false;
  }
}

/** Creates a credential with creation options as JSON. @throws {CeremonyError} */
export async function createCredential(options: Json, signal?: AbortSignal): Promise<Json> {
  if (!supportsWebAuthn()) throw new CeremonyError('unsupported');
  const publicKey = {
    ...options,
    challenge: toBytes(options['challenge']),
    user: { ...(options['user'] as Json), id: toBytes((options['user'] as Json)['id']) },
    excludeCredentials: descriptors(options['excludeCredentials']),
  } as unknown as PublicKeyCredentialCreationOptions;
  const credential = await ceremony(() =>
    navigator.credentials.create({ publicKey, ...(signal === undefined ? {} : { signal }) }),
  );
  const response = credential.response as AuthenticatorAttestationResponse;
  return {
    ...common(credential),
    response: {
      clientDataJSON: toText(response.clientDataJSON),
      attestationObject: toText(response.attestationObject),
      ...(typeof response.getTransports === 'function' ? { transports: response.getTransports() } : {}),
    },
  };
}

/** Asks a credential to sign request options as JSON. @throws {CeremonyError} */
export async function getCredential(options: Json, signal?: AbortSignal): Promise<Json> {
  if (!supportsWebAuthn()) throw new CeremonyError('unsupported');
  const publicKey = {
    ...options,
    challenge: toBytes(options['challenge']),
    allowCredentials: descriptors(options['allowCredentials']),
  } as unknown as PublicKeyCredentialRequestOptions;
  const credential = await ceremony(() =>
    navigator.credentials.get({ publicKey, ...(signal === undefined ? {} : { signal }) }),
  );
  const response = credential.response as AuthenticatorAssertionResponse;
  return {
    ...common(credential),
    response: {
      clientDataJSON: toText(response.clientDataJSON),
      authenticatorData: toText(response.authenticatorData),
      signature: toText(response.signature),
      ...(response.userHandle === null ? {} : { userHandle: toText(response.userHandle) }),
    },
  };
}

async function ceremony(run: () => Promise<Credential | null>): Promise<PublicKeyCredential> {
  let credential: Credential | null;
  try {
    credential = await run();
  } catch (error) {
    const name = error instanceof Error ? error.name : '';
    if (name === 'InvalidStateError') throw new CeremonyError('exists', error);
    // The same error for "no" and for "too late", so that pages cannot tell whether a credential exists (WebAuthn
    // §14.5.2).
    if (name === 'NotAllowedError' || name === 'AbortError') throw new CeremonyError('cancelled', error);
    if (name === 'NotSupportedError' || name === 'SecurityError') throw new CeremonyError('unsupported', error);
    throw new CeremonyError('failed', error);
  }
  if (credential === null) throw new CeremonyError('cancelled');
  return credential as PublicKeyCredential;
}

function common(credential: PublicKeyCredential): Json {
  return {
    id: credential.id,
    rawId: toText(credential.rawId),
    type: credential.type,
    clientExtensionResults: credential.getClientExtensionResults(),
    ...(credential.authenticatorAttachment === null
      ? {}
      : { authenticatorAttachment: credential.authenticatorAttachment }),
  };
}

function descriptors(given: unknown): readonly object[] {
  return Array.isArray(given) ? given.map((entry: Json) => ({ ...entry, id: toBytes(entry['id']) })) : [];
}

function toBytes(base64url: unknown): Uint8Array {
  const base64 = String(base64url).replaceAll('-', '+').replaceAll('_', '/');
  return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
}

function toText(bytes: ArrayBuffer): string {
  const binary = Array.from(new Uint8Array(bytes), (byte) => String.fromCharCode(byte)).join('');
  return btoa(binary).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');
}
