import { namedLists } from '../core/rules/named-lists.ts';
import { writeRuleSetDocument } from '../core/rules/rule-set-document.ts';
import type { Action } from '../core/rules/rule-set.ts';
import { sha256 } from '../runtime/crypto.ts';
import type { Runtime } from '../runtime/runtime.ts';
import { markDocumentsCeased, recordDocuments, recordListDocuments } from '../storage/queries/published-documents.ts';
import { loadTouchedActions, lockTenantConfiguration, recordRuleSetVersions } from '../storage/queries/rule-sets.ts';
import type { PublishableAction, TouchedAction } from '../storage/queries/rule-sets.ts';
import { listRulesOfActions } from '../storage/queries/rules.ts';
import { publishConfig } from '../storage/queries/tenants.ts';
import { loadListHashes } from '../storage/queries/value-lists.ts';
import type { Sql } from '../storage/sql.ts';
import { ruleOfRow } from './rule-of-row.ts';

// So that the rules of few actions are in memory at once.
const actionsAtOnce = 20;

/**
 * Publishes what a change of the tenant's configuration has made different: a new version of each of these actions' rule
 * sets that differs, the lists that they name, and word to all nodes. Belongs at the end of the transaction of the change.
 */
export async function publishRuleSets(
  sql: Sql,
  { runtime }: { readonly runtime: Runtime },
  tenantId: string,
  actionCodes: readonly string[],
): Promise<void> {
  await lockTenantConfiguration(sql, tenantId);
  const listHashes = actionCodes.length === 0 ? new Map<string, string>() : await loadListHashes(sql, tenantId);
  for (let start = 0; start < actionCodes.length; start += actionsAtOnce) {
    await publishSome(sql, runtime.clock.now(), tenantId, actionCodes.slice(start, start + actionsAtOnce), listHashes);
  }
  await publishConfig(sql, tenantId);
}

async function publishSome(
  sql: Sql,
  nowMs: number,
  tenantId: string,
  actionCodes: readonly string[],
  listHashes: ReadonlyMap<string, string>,
): Promise<void> {
  const touched = await loadTouchedActions(sql, tenantId, actionCodes);
  const rules = await listRulesOfActions(sql, tenantId, actionCodes);
  const ruleSets = touched
    .filter((row) => row.is_live)
    .map((row) => {
      const ownRules = rules.filter((rule) => rule.action_code === row.action_code).map(ruleOfRow);
      const lists = Object.fromEntries(namedLists(ownRules).map((alias) => [alias, listHashes.get(alias) ?? null]));
      const document = writeRuleSetDocument(actionOf(row), ownRules, lists);
      return { row, actionCode: row.action_code, lists, document, hash: sha256(document).toString('hex') };
    });
  const published = ruleSets.filter(({ row, hash }) => hash !== row.rule_set_hash || !row.is_kept);
  await recordDocuments(sql, tenantId, published, nowMs);
  await recordRuleSetVersions(sql, tenantId, published);
  await recordListDocuments(sql, tenantId, [...new Set(ruleSets.flatMap(({ lists }) => Object.keys(lists)))], nowMs);
  await markDocumentsCeased(sql, tenantId, touched.filter((row) => hasCeased(row, ruleSets)).flatMap(hashOf), nowMs);
}

/** Whether the rule set that an action had before decides no action any more. */
function hasCeased(row: TouchedAction, ruleSets: readonly { actionCode: string; hash: string }[]): boolean {
  return !ruleSets.some(({ actionCode, hash }) => actionCode === row.action_code && hash === row.rule_set_hash);
}

function hashOf({ rule_set_hash: hash }: PublishableAction): readonly string[] {
  return hash === null ? [] : [hash];
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
