import { deleteOwnAuthenticator as route } from '../../contract/client/authenticators.ts';
import { Refusal } from '../../contract/errors.ts';
import { holdAction } from '../../proving/hold-action.ts';
import { openAction } from '../../proving/open-action.ts';
import { permitRemoval } from '../../proving/permit.ts';
import { settleFactors } from '../../proving/settle-factors.ts';
import { recordUser } from '../../storage/queries/users.ts';
import { tokenOperation } from '../operation.ts';
import { recordAudit } from '../record-audit.ts';
import { isLastVerified, removeAuthenticator } from '../remove-authenticator.ts';
import { findOwn, isOfId, keptBecause } from './own-authenticator.ts';
import type { KeptBecause } from './own-authenticator.ts';

const sentences: Readonly<Record<KeptBecause, string>> = {
  'switched-off': 'The tenant does not let users remove their authenticators.',
  'not-editable': 'The tenant does not let users change authenticators of this method.',
  'last-authenticator': 'The last authenticator cannot be removed. Enrol another one first.',
  'last-passkey': 'The last passkey cannot be removed. Add another passkey first.',
};

export const deleteOwnAuthenticator = tokenOperation(route, async (context, request) => {
  const action = await openAction(context, request.caller);
  const { tenant, key } = action;
  const nowMs = context.runtime.clock.now();
  return context.db.transaction(async (sql) => {
    const factors = await settleFactors(sql, context, key.tenantId, await holdAction(sql, action));
    const { user, authenticators } = factors;
    const verified = authenticators.filter((row) => row.verified_at !== null);
    const { userAuthenticatorId } = request.params;
    // Whoever may not remove anything does not hear either what there is.
    permitRemoval({ ...action, verified, nowMs }, authenticators.find(isOfId(userAuthenticatorId)));
    const removed = findOwn(authenticators, userAuthenticatorId);
    const why = keptBecause(tenant, authenticators, removed, nowMs);
    if (why !== undefined) {
      throw new Refusal(why === 'switched-off' ? 'invalid_configuration' : 'forbidden', sentences[why]);
    }
    const isLast = removed.verified_at !== null && isLastVerified(authenticators, removed);
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
