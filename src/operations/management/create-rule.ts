import { createRule as route } from '../../contract/management/rules.ts';
import { listRules } from '../../storage/queries/rules.ts';
import type { RuleRow } from '../../storage/queries/rules.ts';
import { operation } from '../operation.ts';
import { applyPatch } from './apply-patch.ts';
import { changeConfiguration } from './change-configuration.ts';
import { checkMethods } from './check-methods.ts';
import { demandColumns, noDemand } from './demand-view.ts';
import { findActionConfiguration } from './find-action-configuration.ts';
import { reviewRule } from './review-rule.ts';
import { ruleView, savedRuleView } from './rule-view.ts';
import { checkConditions, saveRule } from './save-rule.ts';

export const createRule = operation(route, async (context, request) => {
  const { body, params } = request;
  const { tenantId } = request.caller.tenant;
  const { action_code } = await findActionConfiguration(context.db, tenantId, params.actionCode);
  checkConditions(body.conditions);
  const blank: RuleRow = {
    ...noDemand,
    action_code,
    rule_id: context.runtime.ids.uuid(),
    name: body.name,
    description: null,
    is_active: body.isActive,
    priority: body.priority,
    type: body.type,
    conditions: null,
  };
  const created = applyPatch(blank, {
    ...demandColumns(body),
    description: body.description,
    conditions: body.conditions?.text,
  });
  const beside = await listRules(context.db, tenantId, action_code);
  const warnings = await reviewRule(context.db, tenantId, created, beside, undefined);

  return changeConfiguration(context, route, request, async (sql) => {
    await findActionConfiguration(sql, tenantId, params.actionCode);
    await checkMethods(sql, tenantId, body, created);
    const others = await listRules(sql, tenantId, action_code);
    await saveRule(sql, tenantId, created, others, undefined, context.runtime.clock.now());
    return {
      before: undefined,
      after: ruleView(tenantId, created),
      actionCodes: [action_code],
      answer: savedRuleView(tenantId, created, warnings),
    };
  });
});
