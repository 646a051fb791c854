import { Refusal } from '../../contract/errors.ts';
import { inviteMember as route } from '../../contract/portal/team.ts';
import { recordAudit } from '../../calls/record-audit.ts';
import { quotas } from '../../core/quotas.ts';
import { holdTeam, requireMember } from '../../operators/hold-team.ts';
import { memberView } from '../../operators/member-view.ts';
import { sendInvitation } from '../../operators/send-invitation.ts';
import { tellAdmins } from '../../operators/tell-admins.ts';
import { requireRoom } from '../../configuring/require-room.ts';
import { admitMember } from '../../storage/invite-operator.ts';
import { operation } from '../operation.ts';

export const inviteMember = operation(route, async (context, request) => {
  const { caller, body } = request;
  const { tenantId } = caller.tenant;
  const { email, name, roles } = body;
  const made = await context.db.transaction(async (sql) => {
    const before = await holdTeam(sql, tenantId);
    const invited = await admitMember(sql, context, { memberOf: tenantId, email, name, roles });
    const { operatorId, wasMember, isActive } = invited;
    if (wasMember && isActive) throw new Refusal('resource_already_exists', 'They are a member of the team already.');
    if (!wasMember) requireRoom(quotas.members.max, before.length + 1, 'members of the team');
    const invitation = isActive ? undefined : await invited.invite();
    await recordAudit(sql, context, route, request, undefined, { operatorId, roles, isActive });
    if (!wasMember) {
      await tellAdmins(sql, context, [tenantId], caller.operatorId, {
        heading: 'An operator was invited',
        description: 'Somebody may come in to the portal from now on.',
        facts: [
          ['Invited:', email],
          ['Roles:', roles.join(', ')],
          ['By:', caller.email],
        ],
        advice: 'If you do not expect this, remove them from the team and look at the audit log.',
      });
    }
    const row = requireMember(await holdTeam(sql, tenantId), operatorId);
    return { row, secret: invitation?.secret };
  });
  if (made.secret !== undefined) await sendInvitation(context, caller, made.row, made.secret);
  return memberView(made.row, context.runtime.clock.now());
});
