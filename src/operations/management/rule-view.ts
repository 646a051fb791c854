import { JsonText } from '../../contract/json-text.ts';
import type { RuleRow } from '../../storage/queries/rules.ts';
import { omitAbsent } from '../omit-absent.ts';
import { demandView } from './demand-view.ts';

/** A rule as it is answered, its conditions letter by letter as they were sent. */
export function ruleView(tenantId: string, row: RuleRow) {
  return {
    ...omitAbsent({
      tenantId,
      actionCode: row.action_code,
      ruleId: row.rule_id,
      name: row.name,
      description: row.description,
      isActive: row.is_active,
      priority: row.priority,
      type: row.type,
      conditions: row.conditions === null ? null : new JsonText(row.conditions),
    }),
    ...demandView(row),
  };
}

/** What whoever saves a rule is answered: the rule, and what it is warned of. */
export function savedRuleView<Warning>(tenantId: string, row: RuleRow, warnings: readonly Warning[]) {
  return { ...ruleView(tenantId, row), ...(warnings.length === 0 ? {} : { warnings: [...warnings] }) };
}
