import { Refusal } from '../../contract/errors.ts';
import { deleteAuthenticator as route } from '../../contract/server/authenticators.ts';
import { loadAuthenticators } from '../../storage/queries/authenticators.ts';
import { lockUser } from '../../storage/queries/users.ts';
import { isUuid } from '../is-uuid.ts';
import { operation } from '../operation.ts';
import { recordAudit } from '../record-audit.ts';
import { removeAuthenticator } from '../remove-authenticator.ts';

export const deleteAuthenticator = operation(route, async (context, request) => {
  const { caller, params } = request;
  const { tenantId } = caller.tenant;
  // One sentence for every reason, so that nobody learns whose authenticator an id is.
  const absent = () => new Refusal('not_found', 'The user has no such authenticator.');
  if (!isUuid(params.userAuthenticatorId)) throw absent();
  return context.db.transaction(async (sql) => {
    const user = await lockUser(sql, tenantId, params.userId);
    if (user === undefined) throw absent();
    const authenticatorId = params.userAuthenticatorId.toLowerCase();
    const authenticators = await loadAuthenticators(sql, tenantId, params.userId);
    const removed = authenticators.find((row) => row.authenticator_id === authenticatorId);
    if (removed === undefined) throw absent();
    const revokedSessions = await removeAuthenticator(sql, context, tenantId, user, authenticators, removed);
    await recordAudit(sql, context, route, request, params.userId, {
      authenticatorId,
      verificationMethod: removed.verification_method,
      revokedSessions,
    });
    return { success: true } as const;
  });
});
