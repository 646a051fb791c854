import { Refusal } from '../../contract/errors.ts';
import { deleteAuthenticator as route } from '../../contract/server/authenticators.ts';
import { deleteAuthenticatorRow, loadAuthenticators } from '../../storage/queries/authenticators.ts';
import { deleteRecoveryCodes } from '../../storage/queries/recovery-codes.ts';
import { revokeUserSessionRows } from '../../storage/queries/sessions.ts';
import { lockUser, recordUser } from '../../storage/queries/users.ts';
import { isUuid } from '../is-uuid.ts';
import { operation } from '../operation.ts';
import { recordAudit } from '../record-audit.ts';

export const deleteAuthenticator = operation(route, async (context, request) => {
  const { caller, params } = request;
  const { tenantId } = caller.tenant;
  // One sentence for every reason, so that nobody learns whose authenticator an id is.
  const absent = () => new Refusal('not_found', 'The user has no such authenticator.');
  if (!isUuid(params.userAuthenticatorId)) throw absent();
  const nowMs = context.runtime.clock.now();
  return context.db.transaction(async (sql) => {
    const user = await lockUser(sql, tenantId, params.userId);
    if (user === undefined) throw absent();
    const method = await deleteAuthenticatorRow(sql, tenantId, params.userId, params.userAuthenticatorId);
    if (method === undefined) throw absent();
    if (user.default_authenticator_id === params.userAuthenticatorId) {
      await recordUser(sql, tenantId, { ...user, default_authenticator_id: null }, nowMs);
    }
    const left = await loadAuthenticators(sql, tenantId, params.userId);
    if (left.every((row) => row.verified_at === null)) await deleteRecoveryCodes(sql, tenantId, params.userId);
    // Whoever held the lost factor may hold a session that it began (ASVS 7.4.3).
    const revokedSessions = await revokeUserSessionRows(sql, tenantId, params.userId, nowMs);
    await recordAudit(sql, context, route, request, params.userId, {
      authenticatorId: params.userAuthenticatorId,
      verificationMethod: method,
      revokedSessions,
    });
    return { success: true } as const;
  });
});
