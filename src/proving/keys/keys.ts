/** What the ceremonies of passkeys and security keys have in common: who they are for, and what the tenant asks of them. */
import { challengeCookie, sessionCookie } from '../../contract/client/cookies.ts';
import { Refusal } from '../../contract/errors.ts';
import type { Route } from '../../contract/route.ts';
import type {
  AttestationPolicy,
  CeremonyExpectation,
  CeremonyFailure,
  KeyCeremonies,
  StoredKey,
} from '../../methods/method.ts';
import { methods } from '../../methods/registry.ts';
import type { OpenAction } from '../open-action.ts';
import { hmacSha256 } from '../../runtime/crypto.ts';
import type { Runtime } from '../../runtime/runtime.ts';
import type { Tenant } from '../../storage/published.ts';
import type { AuthenticatorRow } from '../../storage/queries/authenticators.ts';
import type { CeremonyTerms, SpentCeremony } from '../../storage/queries/challenges/key-ceremonies.ts';
import { isExpectedOrigin, relyingPartyOf } from '../../configuring/expected-origins.ts';
import { methodSettings } from '../../configuring/method-settings.ts';
import type { Context } from '../../calls/context.ts';
import type { ClientRequest } from '../../calls/request.ts';
import { recordRefusal } from '../../calls/record-refusal.ts';

/** Five minutes; finding a key takes about one. WebAuthn §7.1 step 1 leaves the timeout to the server. */
export const ceremonyLifetimeMs = 5 * 60_000;
/** Options for autofill are fetched when a page opens, and used when the user comes back to it (client-api 4.3). */
export const anonymousLifetimeMs = 60 * 60_000;

export function ceremoniesOf(method: string): KeyCeremonies {
  const keys = methods.get(method)?.keys;
  if (keys === undefined) throw new Error(`${method} has no keys.`);
  return keys;
}

/** A challenge of 32 random bytes, in the form that keys sign. */
export function newChallenge({ random }: Pick<Runtime, 'random'>): string {
  return random.bytes(32).toString('base64url');
}

const attachments = ['platform', 'cross-platform'] as const;

/** The tenant's settings for a method that uses keys. */
export function keySettings(tenant: Tenant, method: string) {
  const settings = methodSettings(tenant, method);
  const attachment = settings['authenticatorAttachment'];
  return {
    userVerification: settings['userVerificationRequirement'],
    /** The only attachment that the tenant permits. */
    attachment: attachments.find((name) => name === attachment),
    hints: texts(settings['passkeyRegistrationHints']),
    allowsSeveral: settings['allowMultipleUserAuthenticators'] !== false,
    /** One of these must be enrolled first. */
    recoveryMethods: texts(settings['recoveryMethods']),
    requiresDeviceBound: settings['requireDeviceBound'] === true,
    attestation: attestationPolicy(settings),
  };
}

function attestationPolicy(settings: Readonly<Record<string, unknown>>): AttestationPolicy | undefined {
  const { attestationTrustAnchors: anchors, allowedAaguids: aaguids } = settings;
  if (anchors === undefined && aaguids === undefined) return undefined;
  return {
    anchors: texts(anchors),
    aaguids: aaguids === undefined ? undefined : texts(aaguids).map((aaguid) => aaguid.toLowerCase()),
  };
}

function texts(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.map(String) : [];
}

/** Whether the key must verify its user: because of the tenant's setting, the action's demand or the token's scopes. */
export function userVerificationOf(tenant: Tenant, method: string, action: OpenAction | undefined) {
  const { userVerification } = keySettings(tenant, method);
  const scopes = action?.token.scope.split(' ') ?? [];
  return {
    requiresUserVerification:
      userVerification === 'required' ||
      action?.demand.minimumAssurance === 'high' ||
      // A ceremony that gives the power to change authenticators requires user verification (ruling 17).
      scopes.some((scope) => scope !== '' && scope !== 'read:authenticators'),
    prefersUserVerification: userVerification !== 'discouraged',
  };
}

/**
 * The handle by which keys know a user: 32 characters, the same at every registration, and without personal data
 * (WebAuthn §14.6.1). It is text, because iOS uses the text of `user.id` as the handle itself (client-api 4.7).
 */
export function userHandleOf({ userHandleKey }: Tenant, userId: string): string {
  return hmacSha256(userHandleKey, JSON.stringify(['handle', userId]))
    .subarray(0, 24)
    .toString('base64url');
}

/**
 * A credential id that no user has, always the same for one user. A user without keys is asked for it, so that the
 * options do not reveal whether a user has keys (A47).
 */
export function absentKeyOf({ userHandleKey }: Tenant, method: string, userId: string): StoredKey {
  const id = hmacSha256(userHandleKey, JSON.stringify(['absent', method, userId])).toString('base64url');
  return { credentialId: id, counter: 0, state: {} };
}

export function storedKey({ credentialId, counter, state }: AuthenticatorRow): StoredKey {
  if (credentialId === null) throw new Error('A stored key has no credential id.');
  return { credentialId, counter: counter ?? 0, state };
}

export function keysOf({ verified }: Pick<OpenAction, 'verified'>, method: string): readonly StoredKey[] {
  return verified.filter((row) => row.verificationMethod === method).map(storedKey);
}

/** Whether the tenant accepts an authenticator. A key that it no longer accepts is not asked for. */
export function isTaken(tenant: Tenant, { verificationMethod: method, state }: AuthenticatorRow): boolean {
  const keys = methods.get(method)?.keys;
  return keys === undefined || !keySettings(tenant, method).requiresDeviceBound || !keys.isSynced({ state });
}

/** What a response must satisfy, given what was issued with its challenge. */
export function expectationOf(
  context: Context,
  tenant: Tenant,
  method: string,
  challenge: string,
  { rpId, requiresUserVerification }: CeremonyTerms,
): CeremonyExpectation {
  return {
    challenge,
    rpId,
    requiresUserVerification,
    isExpectedOrigin: (origin) => isExpectedOrigin(context, tenant, origin),
    ownOrigin: new URL(context.publicUrl).origin,
    requiresDeviceBound: keySettings(tenant, method).requiresDeviceBound,
  };
}

export function rpIdOf(context: Context, tenant: Tenant): string {
  return relyingPartyOf(context, tenant).rpId;
}

/**
 * Refuses to register a key from a page that is not the tenant's (A54). Apps send no origin.
 * @throws {Refusal} `forbidden`
 */
export function requireExpectedPage(context: Context, { caller, sender }: ClientRequest<Route>): void {
  if (sender.origin === undefined || isExpectedOrigin(context, caller.tenant, sender.origin)) return;
  throw new Refusal(
    'forbidden',
    'Keys are added only from pages that the tenant expects: add the origin of this one to expectedOrigins of its passkey configuration.',
  );
}

/**
 * Whether a response comes from the browser that began its ceremony. True if the ceremony is not bound to a browser.
 */
export function isFromSameBrowser({ challengeId, state }: SpentCeremony, { cookies }: ClientRequest<Route>): boolean {
  return state.isCookieBound !== true || cookies?.get(challengeCookie) === challengeId;
}

/**
 * Replaces the challenge cookie by a session cookie with what the proof earned, if the browser asked for cookies
 * (client-api 4.4).
 */
export function keepSession(
  { state }: SpentCeremony,
  { cookies, caller }: ClientRequest<Route>,
  accessToken: string,
): void {
  if (state.isCookieBound !== true) return;
  cookies?.remove(challengeCookie);
  cookies?.set(sessionCookie, accessToken, caller.tenant.settings.tokenDurationInMinutes * 60);
}

/** The refusal of a response, the same for every reason. Only the audit log records which (WebAuthn §7.2 step 25). */
export async function recordKeyRefusal(
  context: Context,
  request: ClientRequest<Route>,
  userId: string | undefined,
  verificationMethod: string,
  why: CeremonyFailure | 'challenge' | 'browser' | 'taken' | 'configuration',
): Promise<Refusal> {
  await recordRefusal(context, request, userId, { verificationMethod, reason: why });
  return new Refusal('invalid_credential', 'The credential could not be verified. Begin again with new options.');
}
