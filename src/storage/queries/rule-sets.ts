import { sqlTime, statement } from '../sql.ts';
import type { Sql } from '../sql.ts';

/** An action configuration as far as decisions need it, with its published rule set. */
export interface PublishableAction {
  readonly action_code: string;
  readonly default_result: 'ALLOW' | 'CHALLENGE' | 'REVIEW' | 'BLOCK';
  readonly verification_methods: readonly string[] | null;
  readonly prompt_to_enroll_verification_methods: readonly string[] | null;
  readonly default_verification_method: string | null;
  readonly minimum_assurance: 'low' | 'restricted' | 'medium' | 'high' | null;
  readonly verification_webhook_url: string | null;
  readonly rule_set_version: number;
  readonly rule_set_hash: string | null;
}

const actionColumns = `action_code, default_result, verification_methods, prompt_to_enroll_verification_methods,
  default_verification_method, minimum_assurance, verification_webhook_url, rule_set_version, rule_set_hash`;

const actionsStatement = statement<PublishableAction>(
  'load_publishable_actions',
  `select ${actionColumns} from action_configurations
   where tenant_id = $1 and archived_at is null order by action_code`,
);

/** The tenant's live action configurations. */
export async function loadPublishableActions(sql: Sql, tenantId: string): Promise<readonly PublishableAction[]> {
  return sql.query(actionsStatement, [tenantId]);
}

const listsStatement = statement<{ alias: string; items: readonly (string | number)[] | null }>(
  'load_publishable_lists',
  'select alias, items from value_lists where tenant_id = $1',
);

/** The contents of the tenant's value lists. */
export async function loadPublishableLists(sql: Sql, tenantId: string) {
  return sql.query(listsStatement, [tenantId]);
}

const lockStatement = statement<{ tenant_id: string }>(
  'lock_tenant_configuration',
  'select tenant_id from tenants where tenant_id = $1 for no key update',
);

/** Lets one change of a tenant's configuration happen at a time, so that each is published with all before it. */
export async function lockTenantConfiguration(sql: Sql, tenantId: string): Promise<void> {
  await sql.query(lockStatement, [tenantId]);
}

const recordDocumentStatement = statement<never>(
  'record_published_document',
  `insert into published_documents (tenant_id, hash, document, published_at) values ($1, $2, $3, $4)
   on conflict do nothing`,
);
const recordVersionStatement = statement<never>(
  'record_rule_set_version',
  `update action_configurations set rule_set_version = rule_set_version + 1, rule_set_hash = $3
   where tenant_id = $1 and action_code = $2`,
);

/** Publishes a rule set of an action: keeps its document and makes it the action's next version. */
export async function recordRuleSet(
  sql: Sql,
  ruleSet: { tenantId: string; actionCode: string; hash: string; document: string; nowMs: number },
): Promise<void> {
  const { tenantId, actionCode, hash, document, nowMs } = ruleSet;
  await sql.query(recordDocumentStatement, [tenantId, hash, document, sqlTime(nowMs)]);
  await sql.query(recordVersionStatement, [tenantId, actionCode, hash]);
}

const documentStatement = statement<{ document: string }>(
  'load_published_document',
  'select document from published_documents where tenant_id = $1 and hash = $2',
);

/** What was published under a hash. */
export async function loadPublishedDocument(sql: Sql, tenantId: string, hash: string): Promise<string | undefined> {
  const [row] = await sql.query(documentStatement, [tenantId, hash]);
  return row?.document;
}

const linkedStatement = statement<{ name: string }>(
  'load_linked_data_points',
  `select name from custom_data_points where tenant_id = $1 and model_type = 'action' and linked order by name`,
);

/** Names of the action data points that are declared linked. */
export async function loadLinkedDataPoints(sql: Sql, tenantId: string): Promise<readonly string[]> {
  const rows = await sql.query(linkedStatement, [tenantId]);
  return rows.map(({ name }) => name);
}
