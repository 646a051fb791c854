import { beginStepUp as route } from '../../contract/portal/session.ts';
import { establishAction } from '../../deciding/establish-action.ts';
import { portalActions } from '../../operators/portal-actions.ts';
import { portalTenant } from '../../operators/portal-tenant.ts';
import { issueActionToken } from '../../proving/issue-action-token.ts';
import { operation } from '../operation.ts';

/** Each step-up is an action of its own, whose key names the session: its proof counts for no other one. */
export const beginStepUp = operation(route, async (context, { caller, sender }) => {
  const tenant = portalTenant(context);
  const { tenantId } = tenant;
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
