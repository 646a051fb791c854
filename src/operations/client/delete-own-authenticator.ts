import { deleteOwnAuthenticator as route } from '../../contract/client/authenticators.ts';
import { Refusal } from '../../contract/errors.ts';
import { isVerified } from '../../core/is-verified.ts';
import { holdAction } from '../../proving/hold-action.ts';
import { openAction } from '../../proving/open-action.ts';
import { permitRemoval } from '../../proving/permit.ts';
import { settleFactors } from '../../proving/settle-factors.ts';
import { recordUser } from '../../storage/queries/users.ts';
import { operation } from '../operation.ts';
import { recordAudit } from '../../calls/record-audit.ts';
import { isLastVerified, removeAuthenticator } from '../../proving/remove-authenticator.ts';
import { findOwn, isOfId, keptBecause } from '../../proving/own-authenticator.ts';
import type { KeptBecause } from '../../proving/own-authenticator.ts';

const sentences: Readonly<Record<KeptBecause, string>> = {
  'switched-off': 'The tenant does not let users remove their authenticators.',
  'not-editable': 'The tenant does not let users change authenticators of this method.',
  'last-authenticator': 'The last authenticator cannot be removed. Enrol another one first.',
  'last-passkey': 'The last passkey cannot be removed. Add another passkey first.',
};

export const deleteOwnAuthenticator = operation(route, async (context, request) => {
  const action = await openAction(context, request.caller);
  const { tenant, key } = action;
  const nowMs = context.runtime.clock.now();
  return context.db.transaction(async (sql) => {
    const factors = await settleFactors(sql, context, key.tenantId, await holdAction(sql, action));
    const { user, authenticators } = factors;
    const verified = authenticators.filter(isVerified);
    const { userAuthenticatorId } = request.params;
    // Checked first, so that a user who may not remove anything cannot find out what exists.
    permitRemoval({ ...action, verified, nowMs }, authenticators.find(isOfId(userAuthenticatorId)));
    const removed = findOwn(authenticators, userAuthenticatorId);
    const why = keptBecause(tenant, authenticators, removed, nowMs);
    if (why !== undefined) {
      throw new Refusal(why === 'switched-off' ? 'invalid_configuration' : 'forbidden', sentences[why]);
    }
    const isLast = isVerified(removed) && isLastVerified(authenticators, removed);
    const revokedSessions = await removeAuthenticator(sql, context, key.tenantId, user, authenticators, removed);
    // From now on, a token alone does not permit enrolment (A12).
    const after = { ...user, defaultAuthenticatorId: null, removedLastAuthenticator: true };
    if (isLast) await recordUser(sql, key.tenantId, after, nowMs);
    await recordAudit(sql, context, route, request, key.userId, {
      authenticatorId: removed.authenticatorId,
      verificationMethod: removed.verificationMethod,
      revokedSessions,
      isLast,
    });
    return { success: true } as const;
  });
});
