import { getOperatorMail as route } from '../../contract/portal/mail.ts';
import { loadMailChoice } from '../../storage/queries/memberships.ts';
import { portalTenantId } from '../../storage/queries/tenants.ts';
import { mailTopicsOf } from '../../operators/mail-topics-of.ts';
import { operation } from '../operation.ts';

export const getOperatorMail = operation(route, async ({ db }, { caller: { tenant, operatorId } }) => {
  const choice = await loadMailChoice(db, portalTenantId, operatorId, tenant.tenantId);
  return { topics: mailTopicsOf(choice) };
});
