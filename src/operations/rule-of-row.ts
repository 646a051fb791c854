import type { DescribedRule } from '../core/rules/rule-set-document.ts';
import type { RuleRow } from '../storage/queries/rules.ts';

/** A stored rule in the words of the rules engine. */
export function ruleOfRow(row: RuleRow): DescribedRule {
  return {
    ruleId: row.rule_id,
    name: row.name,
    description: row.description,
    isActive: row.is_active,
    priority: row.priority,
    type: row.type,
    conditions: row.conditions === null ? null : (JSON.parse(row.conditions) as unknown),
    verificationMethods: row.verification_methods,
    defaultVerificationMethod: row.default_verification_method,
    promptToEnrollVerificationMethods: row.prompt_to_enroll_verification_methods,
    minimumAssurance: row.minimum_assurance,
  };
}
