import { Refusal } from '../../contract/errors.ts';
import type { JsonText } from '../../contract/json-text.ts';
import { factPaths } from '../../core/facts/facts.ts';
import { checkCondition } from '../../core/rules/check-condition.ts';
import { warnAboutRules } from '../../core/rules/warn-about-rules.ts';
import { loadAuthenticatorConfigurations } from '../../storage/queries/authenticator-configurations.ts';
import { recordRule } from '../../storage/queries/rules.ts';
import type { RuleRow } from '../../storage/queries/rules.ts';
import { loadListVersions } from '../../storage/queries/value-lists.ts';
import type { Sql } from '../../storage/sql.ts';
import { ruleOfRow } from '../rule-of-row.ts';
import { ruleView } from './rule-view.ts';

// Ruling 30. The engine measures the conditions themselves; this bounds the white space around them too.
const conditionsBytesMax = 65_536;

/** @throws {Refusal} `invalid_request` that names the place of each mistake and says what to do. */
export function checkConditions(conditions: JsonText | null | undefined): void {
  if (conditions === null || conditions === undefined) return;
  if (Buffer.byteLength(conditions.text) > conditionsBytesMax) {
    throw new Refusal('invalid_request', `conditions must have at most ${conditionsBytesMax} bytes.`);
  }
  const checked = checkCondition(conditions.toJSON());
  if (checked.ok) return;
  const problems = checked.problems.map(({ place, message }) => `conditions${place}: ${message}`);
  throw new Refusal('invalid_request', problems.join(' '));
}

/** Stores a rule and gives what the caller is answered: the rule, and what is allowed in it but hardly meant. */
export async function saveRule(sql: Sql, tenantId: string, rule: RuleRow, others: readonly RuleRow[], nowMs: number) {
  // Inactive rules hold their priority too, so that switching one on never changes another.
  if (others.some((other) => other.priority === rule.priority)) {
    throw new Refusal('invalid_request', `There is already another rule with priority: ${rule.priority}`);
  }
  await recordRule(sql, tenantId, rule, nowMs);
  const warnings = await warningsAbout(sql, tenantId, rule, others);
  return { ...ruleView(tenantId, rule), ...(warnings.length === 0 ? {} : { warnings }) };
}

async function warningsAbout(sql: Sql, tenantId: string, rule: RuleRow, others: readonly RuleRow[]) {
  const lists = await loadListVersions(sql, tenantId);
  const configurations = await loadAuthenticatorConfigurations(sql, tenantId);
  const warnings = warnAboutRules(
    { rules: [rule, ...others].map(ruleOfRow), lists: new Set(lists.keys()) },
    {
      paths: factPaths,
      enabledMethods: configurations.filter((row) => row.is_active).map((row) => row.verification_method),
    },
  );
  return warnings.filter(({ ruleId }) => ruleId === rule.rule_id).map(({ ruleId: _itself, ...warning }) => warning);
}
