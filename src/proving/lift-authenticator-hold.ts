import { Refusal } from '../contract/errors.ts';
import type { Route } from '../contract/route.ts';
import { isHeld } from '../core/authenticators/hold.ts';
import { isVerified } from '../core/is-verified.ts';
import { holdFactors, settleFactors } from './settle-factors.ts';
import { liftHold } from '../storage/queries/authenticators.ts';
import type { Context } from '../calls/context.ts';
import { tellAuthenticatorChanges } from '../telling/tell-authenticator-changes.ts';
import type { KeyRequest } from '../calls/request.ts';
import { recordAudit } from '../calls/record-audit.ts';

/**
 * Ends the hold of a user's authenticator, for the holder of a key. A successor takes its place at once (ruling 41).
 */
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
    const found = factors?.authenticators.find((row) => row.authenticatorId === authenticatorId && isVerified(row));
    if (factors === undefined || found === undefined) {
      throw new Refusal('not_found', 'The user has no such authenticator.');
    }
    const wasHeld = isHeld(found, context.runtime.clock.now());
    if (wasHeld) {
      await liftHold(sql, tenantId, found);
      await tellAuthenticatorChanges(sql, context, tenantId, userId, factors.authenticators);
      await settleFactors(sql, context, tenantId, factors.user);
    }
    const { verificationMethod } = found;
    await recordAudit(sql, context, route, request, userId, { authenticatorId, verificationMethod, wasHeld });
    return { success: true } as const;
  });
}
