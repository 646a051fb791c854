import { updateOwnAuthenticator as route } from '../../contract/client/authenticators.ts';
import { isVerified } from '../../core/is-verified.ts';
import { holdAction } from '../../proving/hold-action.ts';
import { openAction } from '../../proving/open-action.ts';
import { requireScope } from '../../proving/permit.ts';
import { settleFactors } from '../../proving/settle-factors.ts';
import { recordDisplayName } from '../../storage/queries/authenticators.ts';
import { recordUser } from '../../storage/queries/users.ts';
import { requireEditable } from '../../configuring/method-settings.ts';
import { operation } from '../operation.ts';
import { recordAudit } from '../../calls/record-audit.ts';
import { ownAuthenticatorView } from '../../views/own-authenticator-view.ts';
import { tellAuthenticatorChanges } from '../../telling/tell-authenticator-changes.ts';
import { findOwn } from '../../proving/own-authenticator.ts';

export const updateOwnAuthenticator = operation(route, async (context, request) => {
  const action = await openAction(context, request.caller);
  const { tenantId, userId } = action.key;
  const { displayName, isDefault } = request.body;
  requireScope(action, 'update:authenticators');
  return context.db.transaction(async (sql) => {
    const { user, authenticators } = await settleFactors(sql, context, tenantId, await holdAction(sql, action));
    const verified = authenticators.filter(isVerified);
    requireScope({ ...action, verified }, 'update:authenticators');
    const found = findOwn(verified, request.params.userAuthenticatorId);
    requireEditable(action.tenant, found.verificationMethod);
    const { authenticatorId } = found;
    if (displayName !== undefined) {
      await recordDisplayName(sql, tenantId, userId, authenticatorId, displayName);
      await tellAuthenticatorChanges(sql, context, tenantId, userId, verified);
    }
    const earlierDefault = user.defaultAuthenticatorId;
    const without = earlierDefault === authenticatorId ? null : earlierDefault;
    const defaultId = isDefault === undefined ? earlierDefault : isDefault ? authenticatorId : without;
    await recordUser(sql, tenantId, { ...user, defaultAuthenticatorId: defaultId }, context.runtime.clock.now());
    await recordAudit(sql, context, route, request, userId, {
      authenticatorId,
      verificationMethod: found.verificationMethod,
      isRenamed: displayName !== undefined,
      ...(isDefault === undefined ? {} : { isDefault }),
    });
    const state = displayName === undefined ? found.state : { ...found.state, displayName };
    return ownAuthenticatorView(context, { ...found, state }, defaultId);
  });
});
