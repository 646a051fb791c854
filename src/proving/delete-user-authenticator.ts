import { Refusal } from '../contract/errors.ts';
import type { Route } from '../contract/route.ts';
import { holdFactors } from './settle-factors.ts';
import type { Context } from '../calls/context.ts';
import type { KeyRequest } from '../calls/request.ts';
import { recordAudit } from '../calls/record-audit.ts';
import { removeAuthenticator } from './remove-authenticator.ts';

/**
 * Removes a user's authenticator for the holder of a key. The limits on what users may remove themselves do not apply
 * (ruling 47).
 */
export function deleteUserAuthenticator<R extends Route>(
  context: Context,
  request: KeyRequest<R>,
  route: R,
  { userId, userAuthenticatorId }: { readonly userId: string; readonly userAuthenticatorId: string },
): Promise<{ readonly success: true }> {
  const { tenantId } = request.caller.tenant;
  return context.db.transaction(async (sql) => {
    const factors = await holdFactors(sql, context, tenantId, userId);
    const authenticatorId = userAuthenticatorId.toLowerCase();
    const removed = factors?.authenticators.find((row) => row.authenticatorId === authenticatorId);
    // The same sentence for every reason, so that callers cannot find out whose authenticator an id is.
    if (factors === undefined || removed === undefined) {
      throw new Refusal('not_found', 'The user has no such authenticator.');
    }
    const { user, authenticators } = factors;
    const revokedSessions = await removeAuthenticator(sql, context, tenantId, user, authenticators, removed);
    const { verificationMethod } = removed;
    await recordAudit(sql, context, route, request, userId, { authenticatorId, verificationMethod, revokedSessions });
    return { success: true } as const;
  });
}
