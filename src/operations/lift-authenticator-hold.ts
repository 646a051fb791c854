import { Refusal } from '../contract/errors.ts';
import type { Route } from '../contract/route.ts';
import { isHeld } from '../core/authenticators/hold.ts';
import { holdFactors, settleFactors } from '../proving/settle-factors.ts';
import { liftHold } from '../storage/queries/authenticators.ts';
import type { Context, KeyRequest } from './operation.ts';
import { recordAudit } from './record-audit.ts';

/** Holds a user's authenticator no longer, for whoever holds a key; a successor takes its place at once (ruling 41). */
export function liftAuthenticatorHold<R extends Route>(
  context: Context,
  request: KeyRequest<R>,
  route: R,
  { userId, userAuthenticatorId }: { readonly userId: string; readonly userAuthenticatorId: string },
): Promise<{ readonly success: true }> {
  const { tenantId } = request.caller.tenant;
  return context.db.transaction(async (sql) => {
    const factors = await holdFactors(sql, context, tenantId, userId);
    const authenticatorId = userAuthenticatorId.toLowerCase();
    const found = factors?.authenticators.find(
      (row) => row.authenticator_id === authenticatorId && row.verified_at !== null,
    );
    if (factors === undefined || found === undefined) {
      throw new Refusal('not_found', 'The user has no such authenticator.');
    }
    const wasHeld = isHeld(found, context.runtime.clock.now());
    if (wasHeld) {
      await liftHold(sql, tenantId, found);
      await settleFactors(sql, context, tenantId, factors.user);
    }
    const { verification_method: verificationMethod } = found;
    await recordAudit(sql, context, route, request, userId, { authenticatorId, verificationMethod, wasHeld });
    return { success: true } as const;
  });
}
