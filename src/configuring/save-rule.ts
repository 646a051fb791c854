import { Refusal } from '../contract/errors.ts';
import type { JsonText } from '../contract/json-text.ts';
import { checkCondition } from '../core/rules/check-condition.ts';
import { ruleBudgets } from '../core/rules/rule-budgets.ts';
import { recordRule } from '../storage/queries/rules.ts';
import type { RuleRow } from '../storage/queries/rules.ts';
import type { Sql } from '../storage/sql.ts';

/** @throws {Refusal} `invalid_request` that names the place of each mistake and says what to do. */
export function requireValidConditions(conditions: JsonText | null | undefined): void {
  if (conditions === null || conditions === undefined) return;
  // The engine limits the conditions themselves; this limits the white space around them too.
  const { max } = ruleBudgets.conditionBytes;
  if (Buffer.byteLength(conditions.text) > max) {
    throw new Refusal('invalid_request', `conditions must have at most ${max} bytes.`);
  }
  const checked = checkCondition(conditions.toJSON());
  if (checked.ok) return;
  const problems = checked.problems.map(({ place, message }) => `conditions${place}: ${message}`);
  throw new Refusal('invalid_request', problems.join(' '));
}

/** Stores a rule beside the others of its action. `stored` is the rule that it replaces. @throws {Refusal} */
export async function saveRule(
  sql: Sql,
  tenantId: string,
  rule: RuleRow,
  others: readonly RuleRow[],
  stored: RuleRow | undefined,
  nowMs: number,
): Promise<void> {
  // Inactive rules keep their priority too, so that activating one never changes another.
  if (others.some((other) => other.priority === rule.priority)) {
    throw new Refusal('invalid_request', `There is already another rule with priority: ${rule.priority}`);
  }
  const { max } = ruleBudgets.conditionBytesOfAction;
  const bytes = activeBytes(rule);
  if (bytes > activeBytes(stored) && [rule, ...others].reduce((sum, each) => sum + activeBytes(each), 0) > max) {
    throw new Refusal(
      'invalid_request',
      `The conditions of the active rules of an action may have ${max.toLocaleString('en')} bytes together: put long lists into value lists.`,
    );
  }
  await recordRule(sql, tenantId, rule, nowMs);
}

function activeBytes(rule: RuleRow | undefined): number {
  return rule?.isActive === true && rule.conditions !== null ? Buffer.byteLength(rule.conditions) : 0;
}
