import { sqlTime, statement } from '../sql.ts';
import type { Sql } from '../sql.ts';
import type { RememberedFor } from '../../core/devices/device.ts';

export interface ActionConfigurationRow {
  readonly actionCode: string;
  readonly actionType: 'CLASSIC' | 'FLOW';
  readonly defaultResult: 'ALLOW' | 'CHALLENGE' | 'REVIEW' | 'BLOCK';
  readonly verificationMethods: readonly string[] | null;
  readonly promptToEnrollVerificationMethods: readonly string[] | null;
  readonly defaultVerificationMethod: string | null;
  readonly minimumAssurance: 'low' | 'restricted' | 'medium' | 'high' | null;
  readonly messagingTemplates: Readonly<Record<string, { readonly defaultTemplate: string }>> | null;
  /** The webhook that must agree before a proof lets the action succeed. */
  readonly verificationWebhookUrl: string | null;
  /** Whether its pages offer to remember the device, and for how long; null for what the tenant says. */
  readonly rememberDevice: RememberedFor | null;
  readonly archivedAt: number | null;
  /** When a user was last tracked with this code. */
  readonly lastActionAt: number | null;
}

// One step through the index of each month by code, the newest first, however many actions there are.
const columns = `action_code, action_type, default_result, verification_methods, prompt_to_enroll_verification_methods,
  default_verification_method, minimum_assurance, messaging_templates, verification_webhook_url,
  remember_device, archived_at,
  (select a.created_at from actions_by_month a
   where a.tenant_id = action_configurations.tenant_id and a.action_code = action_configurations.action_code
   order by a.action_id desc limit 1
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

const claimStatement = statement<{ actionCode: string }>(
  'claim_action_code',
  `insert into action_configurations (tenant_id, action_code, default_result, created_at) values ($1, $2, $3, $4)
   on conflict do nothing returning action_code`,
);

/**
 * Creates an empty action configuration. False if there is one, live or archived, or a tracked action is just creating
 * it.
 */
export async function claimActionCode(
  sql: Sql,
  tenantId: string,
  action: Pick<ActionConfigurationRow, 'actionCode' | 'defaultResult'>,
  nowMs: number,
): Promise<boolean> {
  const rows = await sql.query(claimStatement, [tenantId, action.actionCode, action.defaultResult, sqlTime(nowMs)]);
  return rows.length === 1;
}

const recordStatement = statement<never>(
  'record_action_configuration',
  `update action_configurations set default_result = $3, verification_methods = $4,
     prompt_to_enroll_verification_methods = $5, default_verification_method = $6, minimum_assurance = $7,
     messaging_templates = $8, verification_webhook_url = $9, archived_at = $10, updated_at = $11, remember_device = $12
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
    row.actionCode,
    row.defaultResult,
    row.verificationMethods,
    row.promptToEnrollVerificationMethods,
    row.defaultVerificationMethod,
    row.minimumAssurance,
    row.messagingTemplates === null ? null : JSON.stringify(row.messagingTemplates),
    row.verificationWebhookUrl,
    row.archivedAt === null ? null : sqlTime(row.archivedAt),
    sqlTime(nowMs),
    row.rememberDevice === null ? null : JSON.stringify(row.rememberDevice),
  ]);
}
