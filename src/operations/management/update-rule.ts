import { updateRule as route } from '../../contract/management/rules.ts';
import type { RuleRow } from '../../storage/queries/rules.ts';
import { operation } from '../operation.ts';
import { applyPatch } from '../../configuring/apply-patch.ts';
import { changeConfiguration } from '../../configuring/change-configuration.ts';
import { requireEnabledMethods } from '../../configuring/require-enabled-methods.ts';
import { demandColumns } from '../../views/demand-view.ts';
import { findRule } from '../../configuring/find-rule.ts';
import { reviewRule } from '../../configuring/review-rule.ts';
import { ruleView, savedRuleView } from '../../views/rule-view.ts';
import { requireValidConditions, saveRule } from '../../configuring/save-rule.ts';
import { requireNoSecondPerson } from '../../configuring/rule-requests.ts';

export const updateRule = operation(route, async (context, request) => {
  const { body, params } = request;
  const { tenantId } = request.caller.tenant;
  const patched = (rule: RuleRow) =>
    applyPatch(rule, {
      ...demandColumns(body),
      name: body.name,
      description: body.description,
      isActive: body.isActive,
      priority: body.priority,
      type: body.type,
      conditions: body.conditions === null ? null : body.conditions?.text,
    });
  const seen = await findRule(context.db, tenantId, params);
  requireValidConditions(body.conditions);
  const warnings = await reviewRule(context.db, tenantId, patched(seen.rule), seen.others, seen.rule);

  return changeConfiguration(context, route, request, async (sql) => {
    await requireNoSecondPerson(sql, tenantId);
    const { rule, others } = await findRule(sql, tenantId, params);
    const changed = patched(rule);
    await requireEnabledMethods(sql, tenantId, body, changed);
    await saveRule(sql, tenantId, changed, others, rule, context.runtime.clock.now());
    return {
      before: ruleView(tenantId, rule),
      after: ruleView(tenantId, changed),
      actionCodes: [rule.actionCode],
      answer: savedRuleView(tenantId, changed, warnings),
    };
  });
});
