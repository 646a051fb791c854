import { JsonText } from '../contract/json-text.ts';
import type { RuleRow } from '../storage/queries/rules.ts';
import { omitAbsent } from './omit-absent.ts';
import { demandView } from './demand-view.ts';

/** A rule as responses show it, with its conditions exactly as they were sent. */
export function ruleView(tenantId: string, row: RuleRow) {
  return {
    ...omitAbsent({
      tenantId,
      actionCode: row.actionCode,
      ruleId: row.ruleId,
      name: row.name,
      description: row.description,
      isActive: row.isActive,
      priority: row.priority,
      type: row.type,
      conditions: row.conditions === null ? null : new JsonText(row.conditions),
    }),
    ...demandView(row),
  };
}

/** The response to saving a rule: the rule, and warnings about it. */
export function savedRuleView<Warning>(tenantId: string, row: RuleRow, warnings: readonly Warning[]) {
  return { ...ruleView(tenantId, row), ...(warnings.length === 0 ? {} : { warnings: [...warnings] }) };
}
