import { statement } from '../sql.ts';
import type { Sql } from '../sql.ts';

/** The parts of an action configuration that decisions need, with its published rule set. */
export interface PublishableAction {
  readonly actionCode: string;
  readonly defaultResult: 'ALLOW' | 'CHALLENGE' | 'REVIEW' | 'BLOCK';
  readonly verificationMethods: readonly string[] | null;
  readonly promptToEnrollVerificationMethods: readonly string[] | null;
  readonly defaultVerificationMethod: string | null;
  readonly minimumAssurance: 'low' | 'restricted' | 'medium' | 'high' | null;
  readonly verificationWebhookUrl: string | null;
  /** Whether the tenant says in words of its own what is confirmed. */
  readonly hasMessage: boolean;
  readonly ruleSetVersion: number;
  readonly ruleSetHash: string | null;
}

const actionColumns = `action_code, default_result, verification_methods, prompt_to_enroll_verification_methods,
  default_verification_method, minimum_assurance, verification_webhook_url,
  messaging_templates is not null as has_message, rule_set_version, rule_set_hash`;

const actionsStatement = statement<PublishableAction>(
  'load_publishable_actions',
  `select ${actionColumns} from action_configurations
   where tenant_id = $1 and archived_at is null order by action_code`,
);

/** The tenant's live action configurations. */
export async function loadPublishableActions(sql: Sql, tenantId: string): Promise<readonly PublishableAction[]> {
  return sql.query(actionsStatement, [tenantId]);
}

/** An action whose rule set may have to be published again. */
export interface TouchedAction extends PublishableAction {
  readonly isLive: boolean;
  /** Whether the text of its published rule set is stored, and in the current form. */
  readonly isKept: boolean;
}

const touchedStatement = statement<TouchedAction>(
  'load_touched_actions',
  `select ${actionColumns}, archived_at is null as is_live, exists (
     select from published_documents d
     where d.tenant_id = a.tenant_id and d.hash = a.rule_set_hash and d.document is not null and d.lists is not null
   ) as is_kept
   from action_configurations a where tenant_id = $1 and action_code = any($2) order by action_code`,
);

/** The action configurations with these codes, live and archived. */
export async function loadTouchedActions(
  sql: Sql,
  tenantId: string,
  actionCodes: readonly string[],
): Promise<readonly TouchedAction[]> {
  return sql.query(touchedStatement, [tenantId, actionCodes]);
}

const namingStatement = statement<{ actionCode: string }>(
  'list_actions_naming_list',
  `select a.action_code from action_configurations a
   left join published_documents d on d.tenant_id = a.tenant_id and d.hash = a.rule_set_hash
   where a.tenant_id = $1 and a.archived_at is null and a.rule_set_hash is not null
     and (d.lists is null or d.lists ? $2)`,
);

/** Codes of the live actions whose published rule set names a list, or does not record which lists it names. */
export async function listActionsNaming(sql: Sql, tenantId: string, alias: string): Promise<readonly string[]> {
  const rows = await sql.query(namingStatement, [tenantId, alias]);
  return rows.map(({ actionCode }) => actionCode);
}

const outdatedStatement = statement<{ tenantId: string; actionCode: string }>(
  'list_outdated_rule_sets',
  `select a.tenant_id, a.action_code from action_configurations a
   join published_documents d on d.tenant_id = a.tenant_id and d.hash = a.rule_set_hash
   where a.archived_at is null and d.lists is null order by a.tenant_id, a.action_code`,
);

/** Live actions, of any tenant, whose rule set was published in the form of an earlier release. */
export async function listOutdatedRuleSets(sql: Sql) {
  return sql.query(outdatedStatement, []);
}

const recordVersionsStatement = statement<never>(
  'record_rule_set_versions',
  `update action_configurations a
   set rule_set_version = rule_set_version + (rule_set_hash is distinct from made.hash)::integer, rule_set_hash = made.hash
   from unnest($2::text[], $3::text[]) as made (action_code, hash)
   where a.tenant_id = $1 and a.action_code = made.action_code`,
);

/** Makes documents the current rule sets of actions. Each one that differs becomes the action's next version. */
export async function recordRuleSetVersions(
  sql: Sql,
  tenantId: string,
  ruleSets: readonly { readonly actionCode: string; readonly hash: string }[],
): Promise<void> {
  const codes = ruleSets.map(({ actionCode }) => actionCode);
  await sql.query(recordVersionsStatement, [tenantId, codes, ruleSets.map(({ hash }) => hash)]);
}
