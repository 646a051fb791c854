import { Refusal } from '../contract/errors.ts';
import { listRules } from '../storage/queries/rules.ts';
import type { RuleRow } from '../storage/queries/rules.ts';
import type { Sql } from '../storage/sql.ts';
import { findActionConfiguration } from './find-action-configuration.ts';

/** A rule of a live action, with the others of that action. @throws {Refusal} `not_found` */
export async function findRule(
  sql: Sql,
  tenantId: string,
  { actionCode, ruleId }: { readonly actionCode: string; readonly ruleId: string },
): Promise<{ readonly rule: RuleRow; readonly others: readonly RuleRow[] }> {
  await findActionConfiguration(sql, tenantId, actionCode);
  const rules = await listRules(sql, tenantId, actionCode);
  const rule = rules.find((row) => row.ruleId === ruleId);
  if (rule === undefined) throw new Refusal('not_found', 'The action has no such rule.');
  return { rule, others: rules.filter((row) => row !== rule) };
}
