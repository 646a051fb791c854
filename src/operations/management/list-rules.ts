import { listRules as route } from '../../contract/management/rules.ts';
import { listRules as listRows } from '../../storage/queries/rules.ts';
import { operation } from '../operation.ts';
import { findActionConfiguration } from '../../configuring/find-action-configuration.ts';
import { ruleView } from '../../views/rule-view.ts';

export const listRules = operation(route, async ({ db }, { caller: { tenant }, params }) => {
  await findActionConfiguration(db, tenant.tenantId, params.actionCode);
  return (await listRows(db, tenant.tenantId, params.actionCode)).map((row) => ruleView(tenant.tenantId, row));
});
