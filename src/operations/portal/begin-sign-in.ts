import { beginSignIn as route } from '../../contract/portal/session.ts';
import { portalActions } from '../../operators/portal-actions.ts';
import { portalTenant } from '../../operators/portal-tenant.ts';
import { createOpenChallenge } from '../../storage/queries/challenges/key-ceremonies.ts';
import { operation } from '../operation.ts';

export const beginSignIn = operation(route, async (context) => {
  const { tenantId, settings } = portalTenant(context);
  const { runtime, forTenant } = context;
  const nowMs = runtime.clock.now();
  const challengeId = runtime.ids.uuid();
  await createOpenChallenge(forTenant(tenantId).db, {
    tenantId,
    challengeId,
    actionCode: portalActions.signIn,
    idempotencyKey: runtime.ids.uuid(),
    isCookieBound: false,
    nowMs,
    expiresAtMs: nowMs + settings.tokenDurationInMinutes * 60_000,
  });
  return { tenantId, challengeId };
});
