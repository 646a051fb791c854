import type { DescribedRule } from '../core/rules/rule-set-document.ts';
import type { RuleRow } from '../storage/queries/rules.ts';

/** A stored rule in the form of the rules engine. */
export function ruleOfRow(row: RuleRow): DescribedRule {
  return {
    ruleId: row.ruleId,
    name: row.name,
    description: row.description,
    isActive: row.isActive,
    priority: row.priority,
    type: row.type,
    conditions: row.conditions === null ? null : (JSON.parse(row.conditions) as unknown),
    verificationMethods: row.verificationMethods,
    defaultVerificationMethod: row.defaultVerificationMethod,
    promptToEnrollVerificationMethods: row.promptToEnrollVerificationMethods,
    minimumAssurance: row.minimumAssurance,
  };
}
