import { updateRule as route } from '../../contract/management/rules.ts';
import type { RuleRow } from '../../storage/queries/rules.ts';
import { operation } from '../operation.ts';
import { applyPatch } from './apply-patch.ts';
import { changeConfiguration } from './change-configuration.ts';
import { checkMethods } from './check-methods.ts';
import { demandColumns } from './demand-view.ts';
import { findRule } from './find-rule.ts';
import { reviewRule } from './review-rule.ts';
import { ruleView, savedRuleView } from './rule-view.ts';
import { checkConditions, saveRule } from './save-rule.ts';

export const updateRule = operation(route, async (context, request) => {
  const { body, params } = request;
  const { tenantId } = request.caller.tenant;
  const patched = (rule: RuleRow) =>
    applyPatch(rule, {
      ...demandColumns(body),
      name: body.name,
      description: body.description,
      is_active: body.isActive,
      priority: body.priority,
      type: body.type,
      conditions: body.conditions === null ? null : body.conditions?.text,
    });
  const seen = await findRule(context.db, tenantId, params);
  checkConditions(body.conditions);
  const warnings = await reviewRule(context.db, tenantId, patched(seen.rule), seen.others, seen.rule);

  return changeConfiguration(context, route, request, async (sql) => {
    const { rule, others } = await findRule(sql, tenantId, params);
    const changed = patched(rule);
    await checkMethods(sql, tenantId, body, changed);
    await saveRule(sql, tenantId, changed, others, rule, context.runtime.clock.now());
    return {
      before: ruleView(tenantId, rule),
      after: ruleView(tenantId, changed),
      actionCodes: [rule.action_code],
      answer: savedRuleView(tenantId, changed, warnings),
    };
  });
});
