import { recordAudit } from '../../calls/record-audit.ts';
import { Refusal } from '../../contract/errors.ts';
import { updateOperatorMail as route } from '../../contract/portal/mail.ts';
import { mailTopicsOf } from '../../operators/mail-topics-of.ts';
import { loadMailChoice, recordMailChoice } from '../../storage/queries/memberships.ts';
import { portalTenantId } from '../../storage/queries/tenants.ts';
import { operation } from '../operation.ts';

export const updateOperatorMail = operation(route, async (context, request) => {
  const { caller, body } = request;
  const { operatorId } = caller;
  const { tenantId } = caller.tenant;
  const after = mailTopicsOf({ mails: body.topics });
  await context.db.transaction(async (sql) => {
    const before = mailTopicsOf(await loadMailChoice(sql, portalTenantId, operatorId, tenantId));
    const isMember = await recordMailChoice(sql, portalTenantId, operatorId, tenantId, after);
    if (!isMember) throw new Refusal('forbidden', 'You are no member of the team any more.');
    if (before.join() !== after.join()) await recordAudit(sql, context, route, request, undefined, { before, after });
  });
  return { topics: after };
});
