import { redeemInvitation as route } from '../../contract/portal/session.ts';
import { openInvitation, redeemInvitation as redeem } from '../../operators/redeem-invitation.ts';
import { digestOf } from '../../operators/secrets.ts';
import { portalTenantId } from '../../storage/queries/tenants.ts';
import { operation } from '../operation.ts';

export const redeemInvitation = operation(route, async (context, request) => {
  const digest = digestOf(request.body.invitation);
  const invitation = await openInvitation(context, digest, request);
  const portal = context.forTenant(portalTenantId);
  await portal.db.transaction((sql) => redeem(sql, portal, digest, invitation, request));
  return { tenantId: portalTenantId, token: invitation.token(), email: invitation.email };
});
