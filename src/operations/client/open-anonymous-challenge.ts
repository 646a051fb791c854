import type { Route } from '../../contract/route.ts';
import { createOpenChallenge } from '../../storage/queries/key-ceremonies.ts';
import type { ClientRequest, Context } from '../operation.ts';

// What Play Integrity takes is 16 to 500 bytes.
const nonceBytes = 32;

/** Opens a challenge that is of no user yet; its action is decided when its user is known (ruling 9). */
export async function openAnonymousChallenge(
  { db, runtime }: Context,
  { caller: { tenant } }: ClientRequest<Route>,
  named: { readonly action?: string | undefined; readonly idempotencyKey?: string | undefined },
  isCookieBound: boolean,
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
  return { challengeId, nonce: runtime.random.bytes(nonceBytes).toString('base64url') };
}
