import type { AppAttestationStatement, AppCredential } from '../../contract/client/app-credentials.ts';
import { Refusal } from '../../contract/errors.ts';
import type { Route } from '../../contract/route.ts';
import { hasExpired } from '../../core/authenticators/expiry.ts';
import { unheld } from '../../core/authenticators/hold.ts';
import { keySlot } from '../../core/authenticators/slot.ts';
import { isVerified } from '../../core/is-verified.ts';
import { userAgentLengthMax } from '../../enrichment/user-agent.ts';
import { assuranceOf } from '../../methods/assurance-of.ts';
import type { AppKey } from '../../methods/method.ts';
import type { Tenant } from '../../storage/published.ts';
import { recordAuditEvent } from '../../storage/queries/audit-events.ts';
import { loadCredential } from '../../storage/queries/authenticators.ts';
import type { AppStatement, AuthenticatorRow } from '../../storage/queries/authenticators.ts';
import { recordUser } from '../../storage/queries/users.ts';
import { isUniqueViolation } from '../../storage/sql.ts';
import type { Sql } from '../../storage/sql.ts';
import { actorOf } from '../../calls/caller.ts';
import type { Context } from '../../calls/context.ts';
import type { TokenRequest } from '../../calls/request.ts';
import { methodSettings } from '../../configuring/method-settings.ts';
import { openPushToken, sealPushToken } from '../../telling/push-token.ts';
import { appCredentialView } from '../../views/app-credential-view.ts';
import { acceptProof } from '../accept-proof.ts';
import type { GoodProof } from '../accept-proof.ts';
import type { Enrolment } from '../complete-enrolment.ts';
import { permitKey } from '../keys/permit-key.ts';
import { openAction } from '../open-action.ts';
import type { OpenAction } from '../open-action.ts';
import { holdOf, permitEnrolment } from '../permit.ts';
import { isLastVerified, removeAuthenticator } from '../remove-authenticator.ts';
import { holdFactors } from '../settle-factors.ts';
import { appKeysOf } from './app-keys.ts';
import { attestApp } from './attest-app.ts';
import type { AppAttestation } from './attest-app.ts';

/** What an app sends with its public key. */
interface SentCredential {
  readonly publicKey: string;
  readonly deviceName?: string | undefined;
  readonly devicePlatform?: string | undefined;
  readonly pushToken?: string | undefined;
  readonly performAttestation?: AppAttestationStatement | undefined;
}

type AddRequest<R extends Route> = TokenRequest<R> & { readonly body: SentCredential };

/**
 * Registers the key of an app for the token's user. The request has no signature by the key, so what it proves is little,
 * and only for a user who has no authenticator yet (ruling 17).
 */
export async function addAppCredential<R extends Route>(
  context: Context,
  request: AddRequest<R>,
  route: R,
  method: string,
): Promise<AppCredential> {
  const appKey = appKeysOf(method).read(request.body.publicKey);
  if (appKey === undefined) {
    throw new Refusal(
      'invalid_credential',
      'publicKey must be a public key on the curve P-256: SubjectPublicKeyInfo in DER, as standard base64.',
    );
  }
  const action = await openAction(context, request.caller);
  const add = () => place(context, request, route, action, method, appKey);
  // If another request has just registered the same key, it is found the next time.
  return add().catch((error: unknown) => {
    if (isUniqueViolation(error)) return add();
    throw error;
  });
}

async function place<R extends Route>(
  context: Context,
  request: AddRequest<R>,
  route: R,
  action: OpenAction,
  method: string,
  appKey: AppKey,
): Promise<AppCredential> {
  const { tenant, key } = action;
  const stored = await loadCredential(context.db, tenant.tenantId, method, appKey.credentialId);
  if (stored === undefined || stored.userId !== key.userId) {
    permitKey(action, method);
    const { performAttestation } = request.body;
    const { attestation, unchecked } = await attestApp(context, request, action, method, performAttestation);
    const authenticator = newAuthenticator(context, request, action, method, appKey, attestation);
    return enrol(context, request, route, action, { authenticator, earlier: stored, unchecked });
  }
  const given = withGiven(context, request, tenant, stored);
  // Nothing new: an app asks again if it missed the response.
  if (given === stored) return appCredentialView(stored);
  permitEnrolment(action, method);
  return renew(context, request, route, action, given);
}

function newAuthenticator(
  context: Context,
  { body, sender }: AddRequest<Route>,
  { tenant, key, nowMs }: OpenAction,
  method: string,
  { credentialId, publicKey }: AppKey,
  attestation: AppAttestation | undefined,
): AuthenticatorRow {
  const { deviceName, devicePlatform, pushToken } = body;
  const authenticatorId = context.runtime.ids.uuid();
  return {
    userId: key.userId,
    authenticatorId,
    verificationMethod: method,
    slot: keySlot(credentialId),
    email: null,
    phoneNumber: null,
    credentialId,
    state: {
      publicKey,
      ...(deviceName === undefined || deviceName === '' ? {} : { displayName: deviceName }),
      ...(devicePlatform === undefined ? {} : { devicePlatform }),
      ...(sender.userAgent === undefined ? {} : { userAgent: sender.userAgent.slice(0, userAgentLengthMax) }),
      ...lifetimeOf(tenant, method, nowMs),
      ...(attestation === undefined ? {} : { attestation }),
    },
    secretSealed: sealedPushToken(context, tenant, method, authenticatorId, pushToken),
    counter: null,
    bestAssurance: assuranceOf(method),
    createdAt: nowMs,
    verifiedAt: nowMs,
    lastVerifiedAt: nowMs,
    ...unheld,
  };
}

/** When a credential that is registered or prolonged now will expire. */
export function lifetimeOf(tenant: Tenant, method: string, nowMs: number): { readonly expiresAt?: string } {
  const minutes = methodSettings(tenant, method)['credentialLifetimeInMinutes'];
  if (typeof minutes !== 'number' || minutes <= 0) return {};
  return { expiresAt: new Date(nowMs + minutes * 60_000).toISOString() };
}

/** The token for push messages as it is stored; null for none. */
function sealedPushToken(
  context: Context,
  { tenantId }: Tenant,
  method: string,
  authenticatorId: string,
  pushToken: string | undefined,
): Buffer | null {
  if (pushToken === undefined || pushToken === '' || method !== 'PUSH') return null;
  return sealPushToken(context, { tenantId, authenticatorId }, pushToken);
}

/**
 * The user's own registration with what the app has sent now: another push token, or a new life after it expired. The
 * stored row itself if nothing is different.
 */
function withGiven(
  context: Context,
  { body }: AddRequest<Route>,
  tenant: Tenant,
  stored: AuthenticatorRow,
): AuthenticatorRow {
  const { authenticatorId, verificationMethod: method } = stored;
  const nowMs = context.runtime.clock.now();
  const sent = sealedPushToken(context, tenant, method, authenticatorId, body.pushToken);
  const isNewToken = sent !== null && openPushToken(context, tenant.tenantId, stored) !== body.pushToken;
  if (!isNewToken && !hasExpired(stored, nowMs)) return stored;
  const { expiresAt: _earlier, erroredAt: _at, errorCode: _code, ...kept } = stored.state;
  return {
    ...stored,
    state: { ...kept, ...lifetimeOf(tenant, method, nowMs) },
    secretSealed: sent ?? stored.secretSealed,
  };
}

/**
 * Removes a key from the user who had it: its phone has another user now (client-api 6.1). With all that follows from
 * removing an authenticator, so that its earlier user is told. In the transaction that enrols it for the other: if that
 * fails, the key stays where it was.
 */
async function takeFrom(
  sql: Sql,
  context: Context,
  { caller, requestId }: AddRequest<Route>,
  { tenantId }: Tenant,
  { userId, authenticatorId }: AuthenticatorRow,
): Promise<void> {
  const { runtime } = context;
  const factors = await holdFactors(sql, context, tenantId, userId);
  const removed = factors?.authenticators.find((row) => row.authenticatorId === authenticatorId);
  if (factors === undefined || removed === undefined) return;
  const { user, authenticators } = factors;
  const nowMs = runtime.clock.now();
  const isLast = isVerified(removed) && isLastVerified(authenticators, removed);
  const revokedSessions = await removeAuthenticator(sql, context, tenantId, user, authenticators, removed);
  const after = { ...user, defaultAuthenticatorId: null, removedLastAuthenticator: true };
  if (isLast) await recordUser(sql, tenantId, after, nowMs);
  const { verificationMethod } = removed;
  await recordAuditEvent(sql, {
    tenantId,
    eventId: runtime.ids.uuid(),
    happenedAtMs: nowMs,
    actor: actorOf(caller),
    eventType: 'authenticator.moved',
    userId,
    requestId,
    data: { authenticatorId, verificationMethod, revokedSessions, isLast },
  });
}

interface NewCredential {
  readonly authenticator: AuthenticatorRow;
  /** The same key, as another user has it. */
  readonly earlier: AuthenticatorRow | undefined;
  readonly unchecked: AppStatement | undefined;
}

async function enrol<R extends Route>(
  context: Context,
  request: AddRequest<R>,
  route: R,
  action: OpenAction,
  { authenticator, earlier, unchecked }: NewCredential,
): Promise<AppCredential> {
  const method = authenticator.verificationMethod;
  return accept(context, request, route, action, {
    method,
    // Nothing shows that the sender has the private key.
    assurance: 'low',
    by: 'registration',
    consume: { kind: 'spent' },
    authenticator,
    subject: undefined,
    taken:
      earlier === undefined
        ? undefined
        : { userId: earlier.userId, take: (sql) => takeFrom(sql, context, request, action.tenant, earlier) },
    enrol(held: OpenAction): Enrolment {
      permitKey(held, method);
      const times = { verifiedAt: held.nowMs, lastVerifiedAt: held.nowMs };
      const enrolled = { ...authenticator, ...times, ...holdOf(held, method) };
      return { authenticator: enrolled, place: 'beside', appStatement: unchecked };
    },
  });
}

/** Stores what is new about a registered key. It is no first authenticator, so that it proves nothing. */
function renew<R extends Route>(
  context: Context,
  request: AddRequest<R>,
  route: R,
  action: OpenAction,
  authenticator: AuthenticatorRow,
): Promise<AppCredential> {
  const method = authenticator.verificationMethod;
  return accept(context, request, route, action, {
    method,
    assurance: 'low',
    by: 'unattended registration',
    consume: { kind: 'spent' },
    authenticator: undefined,
    subject: undefined,
    enrol(held: OpenAction): Enrolment | undefined {
      permitEnrolment(held, method);
      const isStillThere = held.verified.some((row) => row.authenticatorId === authenticator.authenticatorId);
      return isStillThere ? { authenticator, place: 'own' } : undefined;
    },
  });
}

async function accept<R extends Route>(
  context: Context,
  request: AddRequest<R>,
  route: R,
  action: OpenAction,
  proof: GoodProof,
): Promise<AppCredential> {
  const accepted = await acceptProof(context, request, route, action, proof);
  const enrolled = accepted?.enrolled?.authenticator;
  if (enrolled === undefined)
    throw new Refusal('invalid_credential', 'The key was removed meanwhile. Register it again.');
  return appCredentialView(enrolled);
}
