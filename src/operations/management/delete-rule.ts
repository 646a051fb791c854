import { deleteRule as route } from '../../contract/management/rules.ts';
import { deleteRuleRow } from '../../storage/queries/rules.ts';
import { operation } from '../operation.ts';
import { changeConfiguration } from '../../configuring/change-configuration.ts';
import { findRule } from '../../configuring/find-rule.ts';
import { ruleView } from '../../views/rule-view.ts';
import { requireNoSecondPerson } from '../../configuring/rule-requests.ts';

export const deleteRule = operation(route, async (context, request) => {
  const { tenantId } = request.caller.tenant;
  return changeConfiguration(context, route, request, async (sql) => {
    await requireNoSecondPerson(sql, tenantId);
    const { rule } = await findRule(sql, tenantId, request.params);
    await deleteRuleRow(sql, tenantId, rule.actionCode, rule.ruleId);
    return {
      before: ruleView(tenantId, rule),
      after: undefined,
      actionCodes: [rule.actionCode],
      answer: { success: true } as const,
    };
  });
});
