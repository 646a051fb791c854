import { Refusal } from '../../contract/errors.ts';
import type { Route } from '../../contract/route.ts';
import type { StoredKey } from '../../methods/method.ts';
import { openAction } from '../open-action.ts';
import { permitProof } from '../permit.ts';
import { sha256 } from '../../runtime/crypto.ts';
import type { Tenant } from '../../storage/published.ts';
import { beginKeyCeremony, createKeyCeremony } from '../../storage/queries/challenges/key-ceremonies.ts';
import type { CeremonyOwner } from '../../storage/queries/challenges/key-ceremonies.ts';
import { isUuid } from '../../calls/is-uuid.ts';
import type { Context } from '../../calls/context.ts';
import type { ClientRequest, TokenRequest } from '../../calls/request.ts';
import { whyUnusable } from '../../telling/usable-methods.ts';
import {
  absentKeyOf,
  anonymousLifetimeMs,
  ceremoniesOf,
  ceremonyLifetimeMs,
  isTaken,
  keysOf,
  newChallenge,
  recordKeyRefusal,
  rpIdOf,
  userVerificationOf,
} from './keys.ts';

export interface AuthenticationWishes {
  /** A challenge that was opened before; undefined for a new one. */
  readonly challengeId: string | undefined;
  readonly isCookieBound: boolean;
}

/** The action code of an anonymous sign-in, for which the app names none. */
const signInAction = 'signInWithPasskey';

/** Returns the options for using one of the user's keys. */
export async function startKeyAuthentication<R extends Route>(
  context: Context,
  request: TokenRequest<R>,
  method: string,
  wishes: AuthenticationWishes,
) {
  const action = await openAction(context, request.caller);
  permitProof(action, method);
  const taken = action.verified.filter((row) => isTaken(action.tenant, row));
  const existing = keysOf({ verified: taken }, method);
  return begin(context, request, method, wishes, {
    owner: action.key,
    actionCode: action.key.actionCode,
    idempotencyKey: action.key.idempotencyKey,
    credentialIds: existing.map(({ credentialId }) => credentialId),
    // An empty list would let any key answer, and reveal that the user has none.
    asked: existing.length === 0 ? [absentKeyOf(action.tenant, method, action.key.userId)] : existing,
    lifetimeMs: ceremonyLifetimeMs,
    ...userVerificationOf(action.tenant, method, action),
  });
}

/** Returns the options for using any discoverable key. They are the same for all users (A47). */
export async function startAnonymousAuthentication<R extends Route>(
  context: Context,
  request: ClientRequest<R>,
  method: string,
  wishes: AuthenticationWishes,
) {
  const { tenant } = request.caller;
  const why = whyUnusable(context, tenant, method);
  if (why !== undefined) throw new Refusal('invalid_configuration', why);
  return begin(context, request, method, wishes, {
    owner: { tenantId: tenant.tenantId, userId: undefined },
    actionCode: signInAction,
    idempotencyKey: context.runtime.ids.uuid(),
    credentialIds: null,
    asked: [],
    lifetimeMs: anonymousLifetimeMs,
    ...userVerificationOf(tenant, method, undefined),
  });
}

async function begin<R extends Route>(
  context: Context,
  request: ClientRequest<R>,
  method: string,
  wishes: AuthenticationWishes,
  terms: {
    readonly owner: CeremonyOwner;
    readonly actionCode: string;
    readonly idempotencyKey: string;
    readonly credentialIds: readonly string[] | null;
    readonly asked: readonly StoredKey[];
    readonly lifetimeMs: number;
    readonly requiresUserVerification: boolean;
    readonly prefersUserVerification: boolean;
  },
) {
  const { db, runtime } = context;
  const tenant: Tenant = request.caller.tenant;
  const challenge = newChallenge(runtime);
  const rpId = rpIdOf(context, tenant);
  const nowMs = runtime.clock.now();
  const { owner, actionCode, idempotencyKey, credentialIds, requiresUserVerification } = terms;
  const ceremony = {
    owner,
    challengeId: wishes.challengeId ?? runtime.ids.uuid(),
    verificationMethod: method,
    purpose: 'authentication',
    tokenDigest: sha256(challenge),
    terms: { rpId, requiresUserVerification, credentialIds, isCookieBound: wishes.isCookieBound },
    actionCode,
    idempotencyKey,
    nowMs,
    expiresAtMs: nowMs + terms.lifetimeMs,
  } as const;
  if (wishes.challengeId === undefined) {
    await createKeyCeremony(db, ceremony);
  } else if (!isUuid(wishes.challengeId) || !(await beginKeyCeremony(db, ceremony))) {
    throw await recordKeyRefusal(context, request, owner.userId, method, 'challenge');
  }
  const options = ceremoniesOf(method).requestOptions({
    challenge,
    rpId,
    requiresUserVerification,
    prefersUserVerification: terms.prefersUserVerification,
    existing: terms.asked,
  });
  return { challengeId: ceremony.challengeId, options };
}
