import { updateMember as route } from '../../contract/portal/team.ts';
import { recordAudit } from '../../calls/record-audit.ts';
import { holdTeam, requireMember, requireOtherAdmin } from '../../operators/hold-team.ts';
import { memberView } from '../../operators/member-view.ts';
import { tellAdmins } from '../../operators/tell-admins.ts';
import { recordRoles } from '../../storage/queries/memberships.ts';
import { portalTenantId } from '../../storage/queries/tenants.ts';
import { operation } from '../operation.ts';

export const updateMember = operation(route, async (context, request) => {
  const { caller, params, body } = request;
  const { tenantId } = caller.tenant;
  return context.db.transaction(async (sql) => {
    const team = await holdTeam(sql, tenantId);
    const member = requireMember(team, params.operatorId);
    const { operatorId } = member;
    const roles = [...new Set(body.roles)];
    if (!roles.includes('ADMIN')) requireOtherAdmin(team, member);
    await recordRoles(sql, portalTenantId, operatorId, tenantId, roles);
    await recordAudit(sql, context, route, request, undefined, { operatorId, before: member.roles, after: roles });
    await tellAdmins(sql, context, [tenantId], caller.operatorId, {
      heading: 'Roles of an operator were changed',
      description: 'Somebody may do other things in the portal from now on.',
      facts: [
        ['Operator:', member.email],
        ['Before:', member.roles.join(', ')],
        ['Now:', roles.join(', ')],
        ['By:', caller.email],
      ],
      advice: 'If you do not expect this, look at the audit log.',
    });
    return memberView({ ...member, roles }, context.runtime.clock.now());
  });
});
