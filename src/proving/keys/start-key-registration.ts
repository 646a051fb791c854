import type { Route } from '../../contract/route.ts';
import { openAction } from '../open-action.ts';
import { sha256 } from '../../runtime/crypto.ts';
import { createKeyCeremony } from '../../storage/queries/challenges/key-ceremonies.ts';
import { omitAbsent } from '../../views/omit-absent.ts';
import type { Context } from '../../calls/context.ts';
import type { TokenRequest } from '../../calls/request.ts';
import {
  ceremoniesOf,
  ceremonyLifetimeMs,
  keySettings,
  keysOf,
  newChallenge,
  requireExpectedPage,
  rpIdOf,
  userHandleOf,
  userVerificationOf,
} from './keys.ts';
import { permitKey } from './permit-key.ts';

export interface RegistrationWishes {
  readonly username?: string | undefined;
  readonly displayName?: string | undefined;
  readonly attachment: 'platform' | 'cross-platform' | undefined;
  readonly isCookieBound: boolean;
}

/** Returns the options for creating a key, and stores those that the response has to meet. */
export async function startKeyRegistration<R extends Route>(
  context: Context,
  request: TokenRequest<R>,
  method: string,
  wishes: RegistrationWishes,
) {
  const { runtime, db } = context;
  requireExpectedPage(context, request);
  const action = await openAction(context, request.caller);
  permitKey(action, method);
  const { tenant, key, row } = action;
  const settings = keySettings(tenant, method);
  const challenge = newChallenge(runtime);
  const challengeId = runtime.ids.uuid();
  const username = wishes.username ?? row.username ?? undefined;
  const displayName = wishes.displayName ?? row.displayName ?? undefined;
  const name = username ?? row.email ?? key.userId;
  const rpId = rpIdOf(context, tenant);
  const userVerification = userVerificationOf(tenant, method, action);
  const nowMs = runtime.clock.now();
  await createKeyCeremony(db, {
    owner: key,
    challengeId,
    verificationMethod: method,
    purpose: 'registration',
    tokenDigest: sha256(challenge),
    terms: {
      rpId,
      requiresUserVerification: userVerification.requiresUserVerification,
      credentialIds: null,
      isCookieBound: wishes.isCookieBound,
      ...omitAbsent({ username, displayName }),
    },
    actionCode: key.actionCode,
    idempotencyKey: key.idempotencyKey,
    nowMs,
    expiresAtMs: nowMs + ceremonyLifetimeMs,
  });
  const options = ceremoniesOf(method).creationOptions({
    challenge,
    rp: { id: rpId, name: tenant.name },
    user: { handle: userHandleOf(tenant, key.userId), name, displayName: displayName ?? name },
    ...userVerification,
    // The tenant's setting takes precedence over the app's wish.
    attachment: settings.attachment ?? wishes.attachment,
    hints: settings.hints,
    requiresAttestation: settings.attestation !== undefined,
    existing: keysOf(action, method),
  });
  return { challengeId, options };
}
