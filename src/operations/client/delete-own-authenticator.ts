import { deleteOwnAuthenticator as route } from '../../contract/client/authenticators.ts';
import { Refusal } from '../../contract/errors.ts';
import { lockUser, recordUser } from '../../storage/queries/users.ts';
import { loadAuthenticators } from '../../storage/queries/authenticators.ts';
import { tokenOperation } from '../operation.ts';
import { recordAudit } from '../record-audit.ts';
import { isLastVerified, removeAuthenticator } from '../remove-authenticator.ts';
import { openAction } from './open-action.ts';
import { findOwn, requireEditable } from './own-authenticator.ts';
import { requireScope } from './permit.ts';

export const deleteOwnAuthenticator = tokenOperation(route, async (context, request) => {
  const action = await openAction(context, request.caller);
  const { tenant, key } = action;
  requireScope(action, 'remove:authenticators');
  if (!tenant.settings.allowDeletingUserAuthenticators) {
    throw new Refusal('forbidden', 'The tenant does not let users remove their authenticators.');
  }
  const nowMs = context.runtime.clock.now();
  return context.db.transaction(async (sql) => {
    const user = await lockUser(sql, key.tenantId, key.userId);
    const authenticators = user === undefined ? [] : await loadAuthenticators(sql, key.tenantId, key.userId);
    const removed = findOwn(authenticators, request.params.userAuthenticatorId);
    if (user === undefined) throw new Refusal('not_found', 'The user of this token does not exist any more.');
    requireEditable(tenant, removed.verification_method);
    const isLast = removed.verified_at !== null && isLastVerified(authenticators, removed);
    if (isLast && !tenant.settings.allowDisablingMfa) {
      throw new Refusal('forbidden', 'The last authenticator cannot be removed. Enrol another one first.');
    }
    const revokedSessions = await removeAuthenticator(sql, context, key.tenantId, user, authenticators, removed);
    // From now on it takes more than a token to enrol (A12).
    const after = { ...user, default_authenticator_id: null, removed_last_authenticator: true };
    if (isLast) await recordUser(sql, key.tenantId, after, nowMs);
    await recordAudit(sql, context, route, request, key.userId, {
      authenticatorId: removed.authenticator_id,
      verificationMethod: removed.verification_method,
      revokedSessions,
      isLast,
    });
    return { success: true } as const;
  });
});
