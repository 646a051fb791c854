import { deleteRule as route } from '../../contract/management/rules.ts';
import { deleteRuleRow } from '../../storage/queries/rules.ts';
import { operation } from '../operation.ts';
import { changeConfiguration } from './change-configuration.ts';
import { findRule } from './find-rule.ts';
import { ruleView } from './rule-view.ts';

export const deleteRule = operation(route, async (context, request) => {
  const { tenantId } = request.caller.tenant;
  return changeConfiguration(context, route, request, async (sql) => {
    const { rule } = await findRule(sql, tenantId, request.params);
    await deleteRuleRow(sql, tenantId, rule.action_code, rule.rule_id);
    return {
      before: ruleView(tenantId, rule),
      after: undefined,
      actionCodes: [rule.action_code],
      answer: { success: true } as const,
    };
  });
});
