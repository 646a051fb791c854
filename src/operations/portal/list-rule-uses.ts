import { listRuleUses as route } from '../../contract/portal/configuration.ts';
import { usesOf } from '../../core/rules/uses-of.ts';
import { listActionConfigurations } from '../../storage/queries/action-configurations.ts';
import { listRulesOfActions } from '../../storage/queries/rules.ts';
import { operation } from '../operation.ts';

// Others come in between two statements: there may be many rules.
const actionsAtOnce = 20;

export const listRuleUses = operation(route, async ({ db }, { caller: { tenant } }) => {
  const codes = (await listActionConfigurations(db, tenant.tenantId)).map(({ actionCode }) => actionCode);
  const found = [];
  for (let at = 0; at < codes.length; at += actionsAtOnce) {
    const rows = await listRulesOfActions(db, tenant.tenantId, codes.slice(at, at + actionsAtOnce));
    for (const { actionCode, ruleId, name, isActive, conditions } of rows) {
      if (conditions === null) continue;
      const uses = usesOf(JSON.parse(conditions));
      if (uses.lists.length + uses.dataPoints.length > 0) found.push({ actionCode, ruleId, name, isActive, ...uses });
    }
  }
  return found;
});
