import { sqlTime, statement } from '../sql.ts';
import type { Sql } from '../sql.ts';

export interface RuleRow {
  readonly actionCode: string;
  readonly ruleId: string;
  readonly name: string;
  readonly description: string | null;
  readonly isActive: boolean;
  readonly priority: number;
  readonly type: 'ALLOW' | 'CHALLENGE' | 'REVIEW' | 'BLOCK';
  /** JSON text as it was sent. */
  readonly conditions: string | null;
  readonly verificationMethods: readonly string[] | null;
  readonly promptToEnrollVerificationMethods: readonly string[] | null;
  readonly defaultVerificationMethod: string | null;
  readonly minimumAssurance: 'low' | 'restricted' | 'medium' | 'high' | null;
}

const columns = `action_code, rule_id, name, description, is_active, priority, type, conditions, verification_methods,
  prompt_to_enroll_verification_methods, default_verification_method, minimum_assurance`;

const listStatement = statement<RuleRow>(
  'list_rules',
  `select ${columns} from rules where tenant_id = $1 and action_code = $2 order by priority`,
);

/** The rules of an action by priority, including inactive ones. */
export async function listRules(sql: Sql, tenantId: string, actionCode: string): Promise<readonly RuleRow[]> {
  return sql.query(listStatement, [tenantId, actionCode]);
}

const countStatement = statement<{ actionCode: string; rules: number; activeRules: number }>(
  'count_rules',
  `select action_code, count(*)::int as rules, (count(*) filter (where is_active))::int as active_rules
   from rules where tenant_id = $1 group by action_code`,
);

/** How many rules each action has, and how many of them are active; actions without rules are left out. */
export async function countRules(sql: Sql, tenantId: string) {
  const rows = await sql.query(countStatement, [tenantId]);
  return new Map(rows.map((row) => [row.actionCode, row]));
}

const bytesStatement = statement<{ bytes: number }>(
  'count_rule_bytes',
  'select coalesce(sum(octet_length(r::text)), 0)::bigint as bytes from rules r where tenant_id = $1',
);

/** How large the rules of all actions are together, including inactive ones. */
export async function countRuleBytes(sql: Sql, tenantId: string): Promise<number> {
  const [row] = await sql.query(bytesStatement, [tenantId]);
  return row?.bytes ?? 0;
}

const ofActionsStatement = statement<RuleRow>(
  'list_rules_of_actions',
  `select ${columns} from rules where tenant_id = $1 and action_code = any($2) order by action_code, priority`,
);

/** The rules of several actions, by action and priority. */
export async function listRulesOfActions(
  sql: Sql,
  tenantId: string,
  actionCodes: readonly string[],
): Promise<readonly RuleRow[]> {
  return sql.query(ofActionsStatement, [tenantId, actionCodes]);
}

const recordStatement = statement<never>(
  'record_rule',
  `insert into rules (tenant_id, action_code, rule_id, name, description, is_active, priority, type, conditions,
     verification_methods, prompt_to_enroll_verification_methods, default_verification_method, minimum_assurance,
     created_at, updated_at)
   values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $14)
   on conflict (tenant_id, action_code, rule_id) do update set
     name = excluded.name, description = excluded.description, is_active = excluded.is_active,
     priority = excluded.priority, type = excluded.type, conditions = excluded.conditions,
     verification_methods = excluded.verification_methods,
     prompt_to_enroll_verification_methods = excluded.prompt_to_enroll_verification_methods,
     default_verification_method = excluded.default_verification_method,
     minimum_assurance = excluded.minimum_assurance, updated_at = excluded.updated_at`,
);

/** Stores a new rule, or replaces an existing one. @throws a unique violation if another rule has its priority. */
export async function recordRule(sql: Sql, tenantId: string, row: RuleRow, nowMs: number): Promise<void> {
  await sql.query(recordStatement, [
    tenantId,
    row.actionCode,
    row.ruleId,
    row.name,
    row.description,
    row.isActive,
    row.priority,
    row.type,
    row.conditions,
    row.verificationMethods,
    row.promptToEnrollVerificationMethods,
    row.defaultVerificationMethod,
    row.minimumAssurance,
    sqlTime(nowMs),
  ]);
}

const deleteStatement = statement<never>(
  'delete_rule',
  'delete from rules where tenant_id = $1 and action_code = $2 and rule_id = $3',
);

export async function deleteRuleRow(sql: Sql, tenantId: string, actionCode: string, ruleId: string): Promise<void> {
  await sql.query(deleteStatement, [tenantId, actionCode, ruleId]);
}

const deleteSomeStatement = statement<never>(
  'delete_rules',
  'delete from rules where tenant_id = $1 and action_code = $2 and rule_id = any($3)',
);

/**
 * Replaces several rules of an action at once, so that they may exchange priorities: those of `gone` are removed, `rows` are
 * new or stored anew. @throws a unique violation if another rule has the priority of one
 */
export async function replaceRules(
  sql: Sql,
  tenantId: string,
  actionCode: string,
  { gone, rows }: { readonly gone: readonly string[]; readonly rows: readonly RuleRow[] },
  nowMs: number,
): Promise<void> {
  const ruleIds = [...gone, ...rows.map(({ ruleId }) => ruleId)];
  await sql.query(deleteSomeStatement, [tenantId, actionCode, ruleIds]);
  for (const row of rows) await recordRule(sql, tenantId, row, nowMs);
}
