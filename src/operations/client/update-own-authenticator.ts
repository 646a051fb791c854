import { updateOwnAuthenticator as route } from '../../contract/client/authenticators.ts';
import { holdAction } from '../../proving/hold-action.ts';
import { openAction } from '../../proving/open-action.ts';
import { requireScope } from '../../proving/permit.ts';
import { settleFactors } from '../../proving/settle-factors.ts';
import { recordDisplayName } from '../../storage/queries/authenticators.ts';
import { recordUser } from '../../storage/queries/users.ts';
import { requireEditable } from '../method-settings.ts';
import { tokenOperation } from '../operation.ts';
import { recordAudit } from '../record-audit.ts';
import { ownAuthenticatorView } from './own-authenticator-view.ts';
import { findOwn } from './own-authenticator.ts';

export const updateOwnAuthenticator = tokenOperation(route, async (context, request) => {
  const action = await openAction(context, request.caller);
  const { tenantId, userId } = action.key;
  const { displayName, isDefault } = request.body;
  requireScope(action, 'update:authenticators');
  return context.db.transaction(async (sql) => {
    const { user, authenticators } = await settleFactors(sql, context, tenantId, await holdAction(sql, action));
    const verified = authenticators.filter((row) => row.verified_at !== null);
    requireScope({ ...action, verified }, 'update:authenticators');
    const found = findOwn(verified, request.params.userAuthenticatorId);
    requireEditable(action.tenant, found.verification_method);
    const { authenticator_id: authenticatorId } = found;
    if (displayName !== undefined) await recordDisplayName(sql, tenantId, userId, authenticatorId, displayName);
    const earlierDefault = user.default_authenticator_id;
    const without = earlierDefault === authenticatorId ? null : earlierDefault;
    const defaultId = isDefault === undefined ? earlierDefault : isDefault ? authenticatorId : without;
    await recordUser(sql, tenantId, { ...user, default_authenticator_id: defaultId }, context.runtime.clock.now());
    await recordAudit(sql, context, route, request, userId, {
      authenticatorId,
      verificationMethod: found.verification_method,
      isRenamed: displayName !== undefined,
      ...(isDefault === undefined ? {} : { isDefault }),
    });
    const state = displayName === undefined ? found.state : { ...found.state, displayName };
    return ownAuthenticatorView(context, { ...found, state }, defaultId);
  });
});
