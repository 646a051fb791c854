import { Refusal } from '../contract/errors.ts';
import type { Route } from '../contract/route.ts';
import { holdFactors } from '../proving/settle-factors.ts';
import type { Context, KeyRequest } from './operation.ts';
import { recordAudit } from './record-audit.ts';
import { removeAuthenticator } from './remove-authenticator.ts';

/** Removes a user's authenticator for whoever holds a key: what a user may remove themself does not bind them (ruling 47). */
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
    const removed = factors?.authenticators.find((row) => row.authenticator_id === authenticatorId);
    // One sentence for every reason, so that nobody learns whose authenticator an id is.
    if (factors === undefined || removed === undefined) {
      throw new Refusal('not_found', 'The user has no such authenticator.');
    }
    const { user, authenticators } = factors;
    const revokedSessions = await removeAuthenticator(sql, context, tenantId, user, authenticators, removed);
    const { verification_method: verificationMethod } = removed;
    await recordAudit(sql, context, route, request, userId, { authenticatorId, verificationMethod, revokedSessions });
    return { success: true } as const;
  });
}
