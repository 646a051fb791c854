import type { Route } from '../contract/route.ts';
import { createOpenChallenge } from '../storage/queries/challenges/key-ceremonies.ts';
import { attestationNonce } from './apps/attestation-nonce.ts';
import type { Context } from '../calls/context.ts';
import type { ClientRequest } from '../calls/request.ts';

// Play Integrity accepts 16 to 500 bytes.
const nonceBytes = 32;

/** Opens a challenge that belongs to no user yet. Its action is decided when its user is known (ruling 9). */
export async function openAnonymousChallenge(
  { db, runtime }: Context,
  { caller: { tenant, token } }: ClientRequest<Route>,
  named: { readonly action?: string | undefined; readonly idempotencyKey?: string | undefined },
  { isCookieBound }: { readonly isCookieBound: boolean },
) {
  const nowMs = runtime.clock.now();
  const challengeId = runtime.ids.uuid();
  await createOpenChallenge(db, {
    tenantId: tenant.tenantId,
    challengeId,
    actionCode: named.action,
    idempotencyKey: named.idempotencyKey ?? runtime.ids.uuid(),
    isCookieBound,
    nowMs,
    expiresAtMs: nowMs + tenant.settings.tokenDurationInMinutes * 60_000,
  });
  // An app with a token has a statement made for its action; without one nothing is bound to the nonce.
  const nonce =
    token === undefined
      ? runtime.random.bytes(nonceBytes).toString('base64url')
      : attestationNonce(tenant, token.actionId, nowMs);
  return { challengeId, nonce };
}
