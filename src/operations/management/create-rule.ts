import { createRule as route } from '../../contract/management/rules.ts';
import { listRules } from '../../storage/queries/rules.ts';
import type { RuleRow } from '../../storage/queries/rules.ts';
import { operation } from '../operation.ts';
import { applyPatch } from '../../configuring/apply-patch.ts';
import { changeConfiguration } from '../../configuring/change-configuration.ts';
import { requireEnabledMethods } from '../../configuring/require-enabled-methods.ts';
import { demandColumns, noDemand } from '../../views/demand-view.ts';
import { findActionConfiguration } from '../../configuring/find-action-configuration.ts';
import { reviewRule } from '../../configuring/review-rule.ts';
import { ruleView, savedRuleView } from '../../views/rule-view.ts';
import { requireValidConditions, saveRule } from '../../configuring/save-rule.ts';
import { requireNoSecondPerson } from '../../configuring/rule-requests.ts';

export const createRule = operation(route, async (context, request) => {
  const { body, params } = request;
  const { tenantId } = request.caller.tenant;
  const { actionCode } = await findActionConfiguration(context.db, tenantId, params.actionCode);
  requireValidConditions(body.conditions);
  const blank: RuleRow = {
    ...noDemand,
    actionCode,
    ruleId: context.runtime.ids.uuid(),
    name: body.name,
    description: null,
    isActive: body.isActive,
    priority: body.priority,
    type: body.type,
    conditions: null,
  };
  const created = applyPatch(blank, {
    ...demandColumns(body),
    description: body.description,
    conditions: body.conditions?.text,
  });
  const beside = await listRules(context.db, tenantId, actionCode);
  const warnings = await reviewRule(context.db, tenantId, created, beside, undefined);

  return changeConfiguration(context, route, request, async (sql) => {
    await requireNoSecondPerson(sql, tenantId);
    await findActionConfiguration(sql, tenantId, params.actionCode);
    await requireEnabledMethods(sql, tenantId, body, created);
    const others = await listRules(sql, tenantId, actionCode);
    await saveRule(sql, tenantId, created, others, undefined, context.runtime.clock.now());
    return {
      before: undefined,
      after: ruleView(tenantId, created),
      actionCodes: [actionCode],
      answer: savedRuleView(tenantId, created, warnings),
    };
  });
});
