import { Refusal } from '../../contract/errors.ts';
import { deleteAuthenticator as route } from '../../contract/server/authenticators.ts';
import { deleteAuthenticatorRow, loadAuthenticators } from '../../storage/queries/authenticators.ts';
import { deleteRecoveryCodes } from '../../storage/queries/recovery-codes.ts';
import { revokeUserSessionRows } from '../../storage/queries/sessions.ts';
import { lockUser, recordUser } from '../../storage/queries/users.ts';
import { isUuid } from '../is-uuid.ts';
import { operation } from '../operation.ts';
import { queueNotice } from '../queue-notice.ts';
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
    const authenticatorId = params.userAuthenticatorId.toLowerCase();
    const authenticators = await loadAuthenticators(sql, tenantId, params.userId);
    const method = authenticators.find((row) => row.authenticator_id === authenticatorId)?.verification_method;
    if (method === undefined) throw absent();
    const notice = { type: 'authenticator-removed', verificationMethod: method } as const;
    await queueNotice(sql, context, caller.tenant, params.userId, notice);
    await deleteAuthenticatorRow(sql, tenantId, params.userId, authenticatorId);
    if (user.default_authenticator_id === authenticatorId) {
      await recordUser(sql, tenantId, { ...user, default_authenticator_id: null }, nowMs);
    }
    const isLeft = authenticators.some((row) => row.authenticator_id !== authenticatorId && row.verified_at !== null);
    if (!isLeft) await deleteRecoveryCodes(sql, tenantId, params.userId);
    // Whoever held the lost factor may hold a session that it began (ASVS 7.4.3).
    const revokedSessions = await revokeUserSessionRows(sql, tenantId, params.userId, nowMs);
    await recordAudit(sql, context, route, request, params.userId, {
      authenticatorId,
      verificationMethod: method,
      revokedSessions,
    });
    return { success: true } as const;
  });
});
