import { removeMember as route } from '../../contract/portal/team.ts';
import { recordAudit } from '../../calls/record-audit.ts';
import { holdTeam, requireMember, requireOtherAdmin } from '../../operators/hold-team.ts';
import { dismissOperator } from '../../operators/dismiss-operator.ts';
import { tellAdmins } from '../../operators/tell-admins.ts';
import { deleteMembership } from '../../storage/queries/memberships.ts';
import { portalTenantId } from '../../storage/queries/tenants.ts';
import { operation } from '../operation.ts';

export const removeMember = operation(route, async (context, request) => {
  const { caller, params } = request;
  const { tenantId } = caller.tenant;
  await context.db.transaction(async (sql) => {
    const team = await holdTeam(sql, tenantId);
    const member = requireMember(team, params.operatorId);
    requireOtherAdmin(team, member);
    const { operatorId, roles, email } = member;
    await tellAdmins(sql, context, [tenantId], caller.operatorId, {
      heading: 'An operator was removed',
      description: 'Somebody may no longer come in to the portal.',
      facts: [
        ['Operator:', email],
        ['By:', caller.email],
      ],
      advice: 'If you do not expect this, look at the audit log.',
    });
    await deleteMembership(sql, portalTenantId, operatorId, tenantId);
    await dismissOperator(sql, context, operatorId);
    await recordAudit(sql, context, route, request, undefined, { operatorId, before: roles });
  });
});
