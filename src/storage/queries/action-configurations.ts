import { sqlTime, statement } from '../sql.ts';
import type { Sql } from '../sql.ts';

export interface ActionConfigurationRow {
  readonly action_code: string;
  readonly action_type: 'CLASSIC' | 'FLOW';
  readonly default_result: 'ALLOW' | 'CHALLENGE' | 'REVIEW' | 'BLOCK';
  readonly verification_methods: readonly string[] | null;
  readonly prompt_to_enroll_verification_methods: readonly string[] | null;
  readonly default_verification_method: string | null;
  readonly minimum_assurance: 'low' | 'restricted' | 'medium' | 'high' | null;
  readonly messaging_templates: Readonly<Record<string, { readonly defaultTemplate: string }>> | null;
  /** Who is asked before a proof lets the action succeed. */
  readonly verification_webhook_url: string | null;
  readonly archived_at: number | null;
  /** When a user was last tracked with this code. */
  readonly last_action_at: number | null;
}

// One step through the index actions_by_code_and_time, however many actions there are.
const columns = `action_code, action_type, default_result, verification_methods, prompt_to_enroll_verification_methods,
  default_verification_method, minimum_assurance, messaging_templates, verification_webhook_url, archived_at,
  (select max(a.created_at) from actions a
   where a.tenant_id = action_configurations.tenant_id and a.action_code = action_configurations.action_code
  ) as last_action_at`;

const listStatement = statement<ActionConfigurationRow>(
  'list_action_configurations',
  `select ${columns} from action_configurations
   where tenant_id = $1 and archived_at is null order by action_code collate "C"`,
);

/** The tenant's live action configurations, by action code. */
export async function listActionConfigurations(sql: Sql, tenantId: string): Promise<readonly ActionConfigurationRow[]> {
  return sql.query(listStatement, [tenantId]);
}

const countStatement = statement<{ count: number }>(
  'count_action_configurations',
  'select count(*) as count from action_configurations where tenant_id = $1 and archived_at is null',
);

/** How many live action configurations the tenant has. */
export async function countActionConfigurations(sql: Sql, tenantId: string): Promise<number> {
  const [row] = await sql.query(countStatement, [tenantId]);
  return row?.count ?? 0;
}

const loadStatement = statement<ActionConfigurationRow>(
  'load_action_configuration',
  `select ${columns} from action_configurations where tenant_id = $1 and action_code = $2`,
);

/** An action configuration, live or archived. */
export async function loadActionConfiguration(
  sql: Sql,
  tenantId: string,
  actionCode: string,
): Promise<ActionConfigurationRow | undefined> {
  const [row] = await sql.query(loadStatement, [tenantId, actionCode]);
  return row;
}

const claimStatement = statement<{ action_code: string }>(
  'claim_action_code',
  `insert into action_configurations (tenant_id, action_code, default_result, created_at) values ($1, $2, $3, $4)
   on conflict do nothing returning action_code`,
);

/** Makes an empty action configuration. False if there is one, live or archived, or a tracked action is just making it. */
export async function claimActionCode(
  sql: Sql,
  tenantId: string,
  action: Pick<ActionConfigurationRow, 'action_code' | 'default_result'>,
  nowMs: number,
): Promise<boolean> {
  const rows = await sql.query(claimStatement, [tenantId, action.action_code, action.default_result, sqlTime(nowMs)]);
  return rows.length === 1;
}

const recordStatement = statement<never>(
  'record_action_configuration',
  `update action_configurations set default_result = $3, verification_methods = $4,
     prompt_to_enroll_verification_methods = $5, default_verification_method = $6, minimum_assurance = $7,
     messaging_templates = $8, verification_webhook_url = $9, archived_at = $10, updated_at = $11
   where tenant_id = $1 and action_code = $2`,
);

export async function recordActionConfiguration(
  sql: Sql,
  tenantId: string,
  row: ActionConfigurationRow,
  nowMs: number,
): Promise<void> {
  await sql.query(recordStatement, [
    tenantId,
    row.action_code,
    row.default_result,
    row.verification_methods,
    row.prompt_to_enroll_verification_methods,
    row.default_verification_method,
    row.minimum_assurance,
    row.messaging_templates === null ? null : JSON.stringify(row.messaging_templates),
    row.verification_webhook_url,
    row.archived_at === null ? null : sqlTime(row.archived_at),
    sqlTime(nowMs),
  ]);
}
