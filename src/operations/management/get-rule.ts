import { getRule as route } from '../../contract/management/rules.ts';
import { operation } from '../operation.ts';
import { findRule } from '../../configuring/find-rule.ts';
import { ruleView } from '../../views/rule-view.ts';

export const getRule = operation(route, async ({ db }, { caller: { tenant }, params }) => {
  const { rule } = await findRule(db, tenant.tenantId, params);
  return ruleView(tenant.tenantId, rule);
});
