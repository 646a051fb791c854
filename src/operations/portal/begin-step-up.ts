import { beginStepUp as route } from '../../contract/portal/session.ts';
import { Refusal } from '../../contract/errors.ts';
import { establishAction } from '../../deciding/establish-action.ts';
import { portalActions } from '../../operators/portal-actions.ts';
import { portalTenant } from '../../operators/portal-tenant.ts';
import { issueActionToken } from '../../proving/issue-action-token.ts';
import { appMethod } from '../../operators/app-codes.ts';
import { loadVerifiedAuthenticators } from '../../storage/queries/authenticators.ts';
import { operation } from '../operation.ts';

/** Each step-up is an action of its own, whose key names the session: its proof counts for no other one. */
export const beginStepUp = operation(route, async (context, { caller, sender }) => {
  const tenant = portalTenant(context);
  const { tenantId } = tenant;
  const verified = await loadVerifiedAuthenticators(context.db, tenantId, caller.operatorId);
  // Without one, the token could register a first one: whoever has taken over the session would prove it by a passkey of theirs.
  if (!verified.some(({ verificationMethod }) => verificationMethod !== appMethod)) {
    throw new Refusal(
      'forbidden',
      'You have no passkey here. Confirm it by a code of your app or by signing in again at the issuer, or ask an admin to invite you again.',
    );
  }
  const named = {
    tenantId,
    userId: caller.operatorId,
    actionCode: portalActions.stepUp,
    idempotencyKey: `${caller.sessionId}:${context.runtime.ids.uuid()}`,
  };
  const { ipAddress, userAgent } = sender;
  const { actionId } = await establishAction(context, tenant, named, 'track', { ipAddress, userAgent });
  return { token: issueActionToken(context, tenant, { ...named, actionId, scope: 'read:authenticators' }) };
});
