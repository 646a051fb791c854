import { Refusal } from '../../contract/errors.ts';
import { redeemInvitation as route } from '../../contract/portal/session.ts';
import { establishAction } from '../../deciding/establish-action.ts';
import { endEarlierActions, removePasskeys } from '../../operators/dismiss-operator.ts';
import { portalActions } from '../../operators/portal-actions.ts';
import { portalTenant } from '../../operators/portal-tenant.ts';
import { recordOperatorAudit } from '../../operators/record-operator-audit.ts';
import { tellAdmins } from '../../operators/tell-admins.ts';
import { issueActionToken } from '../../proving/issue-action-token.ts';
import { givenPowers } from '../../proving/token-powers.ts';
import { digestOf } from '../../operators/secrets.ts';
import { listMembershipsOf } from '../../storage/queries/memberships.ts';
import { endOperatorSessions } from '../../storage/queries/operator-sessions.ts';
import { loadInvited, takeInvitation } from '../../storage/queries/operators.ts';
import { operation } from '../operation.ts';

export const redeemInvitation = operation(route, async (context, { body, sender, requestId }) => {
  const tenant = portalTenant(context);
  const { tenantId } = tenant;
  const portal = context.forTenant(tenantId);
  const { db, runtime } = portal;
  const digest = digestOf(body.invitation);
  const nowMs = runtime.clock.now();
  const invited = await loadInvited(db, tenantId, digest, nowMs);
  if (invited === undefined) throw gone();
  const { operatorId, email } = invited;
  // Before the invitation is used up: if this fails, it can be redeemed again.
  const named = {
    tenantId,
    userId: operatorId,
    actionCode: portalActions.invitation,
    idempotencyKey: digest.toString('base64url'),
  };
  const { ipAddress, userAgent } = sender;
  const action = await establishAction(portal, tenant, named, 'track', {
    ipAddress,
    userAgent,
    username: email,
    email,
  });
  await db.transaction(async (sql) => {
    if ((await takeInvitation(sql, tenantId, digest, nowMs)) === undefined) throw gone();
    const removed = await removePasskeys(sql, portal, operatorId);
    await endEarlierActions(sql, portal, operatorId, action.actionId);
    await endOperatorSessions(sql, tenantId, operatorId);
    const tenantIds = (await listMembershipsOf(sql, tenantId, operatorId)).map(({ memberOf }) => memberOf);
    const data = { removedAuthenticators: removed };
    await recordOperatorAudit(sql, portal, { type: route.audit ?? '', operatorId, tenantIds, requestId, data });
    await tellAdmins(sql, portal, tenantIds, operatorId, {
      heading: removed === 0 ? 'An operator came in' : 'An operator came back in',
      description:
        removed === 0
          ? 'An invitation to the portal was redeemed.'
          : 'An invitation to the portal was redeemed by an operator who had a passkey. It was removed, and their sessions ended.',
      facts: [['Operator:', email]],
      advice: 'If you do not expect this, remove them from the team and look at the audit log.',
    });
  });
  const scope = 'read:authenticators add:authenticators';
  const token = issueActionToken(portal, tenant, { ...named, actionId: action.actionId, ...givenPowers(scope) });
  return { tenantId, token, email };
});

function gone(): Refusal {
  return new Refusal('gone', 'The invitation was used, replaced by a newer one, or is over. Ask for another.');
}
