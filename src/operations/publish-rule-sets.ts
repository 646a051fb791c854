import { writeRuleSetDocument } from '../core/rules/rule-set-document.ts';
import type { Action } from '../core/rules/rule-set.ts';
import { sha256 } from '../runtime/crypto.ts';
import {
  loadPublishableActions,
  loadPublishableLists,
  lockTenantConfiguration,
  recordRuleSet,
} from '../storage/queries/rule-sets.ts';
import type { PublishableAction } from '../storage/queries/rule-sets.ts';
import { listTenantRules } from '../storage/queries/rules.ts';
import { publishConfig } from '../storage/queries/tenants.ts';
import type { Sql } from '../storage/sql.ts';
import type { Context } from './operation.ts';
import { ruleOfRow } from './rule-of-row.ts';

/**
 * Publishes what a change of the tenant's configuration has made different: a new version of each rule set that differs,
 * and word to all nodes. Belongs at the end of the transaction of the change.
 */
export async function publishRuleSets(sql: Sql, { runtime }: Context, tenantId: string): Promise<void> {
  await lockTenantConfiguration(sql, tenantId);
  const rules = await listTenantRules(sql, tenantId);
  const lists = new Map((await loadPublishableLists(sql, tenantId)).map(({ alias, items }) => [alias, items ?? []]));
  for (const row of await loadPublishableActions(sql, tenantId)) {
    const ownRules = rules.filter((rule) => rule.action_code === row.action_code).map(ruleOfRow);
    const document = writeRuleSetDocument(actionOf(row), ownRules, { rules: ownRules, lists });
    const hash = sha256(document).toString('hex');
    if (hash === row.rule_set_hash) continue;
    await recordRuleSet(sql, { tenantId, actionCode: row.action_code, hash, document, nowMs: runtime.clock.now() });
  }
  await publishConfig(sql, tenantId);
}

/** An action configuration in the words of the rules engine. */
function actionOf(row: PublishableAction): Action {
  return {
    actionCode: row.action_code,
    defaultUserActionResult: row.default_result,
    verificationMethods: row.verification_methods,
    defaultVerificationMethod: row.default_verification_method,
    promptToEnrollVerificationMethods: row.prompt_to_enroll_verification_methods,
    minimumAssurance: row.minimum_assurance,
  };
}
