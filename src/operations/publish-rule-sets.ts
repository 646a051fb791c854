import { Refusal } from '../contract/errors.ts';
import { quotas } from '../core/quotas.ts';
import { namedLists } from '../core/rules/named-lists.ts';
import { writeRuleSetDocument } from '../core/rules/rule-set-document.ts';
import type { Action } from '../core/rules/rule-set.ts';
import { sha256 } from '../runtime/crypto.ts';
import type { Runtime } from '../runtime/runtime.ts';
import {
  loadNamedDocumentBytes,
  markDocumentsCeased,
  recordDocuments,
  recordListDocuments,
} from '../storage/queries/published-documents.ts';
import { loadTouchedActions, lockTenantConfiguration, recordRuleSetVersions } from '../storage/queries/rule-sets.ts';
import type { PublishableAction, TouchedAction } from '../storage/queries/rule-sets.ts';
import { listRulesOfActions } from '../storage/queries/rules.ts';
import { publishConfig } from '../storage/queries/tenants.ts';
import { loadListVersions } from '../storage/queries/value-lists.ts';
import type { ListVersion } from '../storage/queries/value-lists.ts';
import type { Sql } from '../storage/sql.ts';
import { ruleOfRow } from './rule-of-row.ts';

// So that the rules of few actions are in memory at once.
const actionsAtOnce = 5;

/**
 * Publishes what a change of the tenant's configuration has made different: a new version of each of these actions' rule
 * sets that differs, the lists that they name, and word to all nodes. Belongs at the end of the transaction of the change.
 * `bytesBefore` is what all rule sets and lists had before it; the change may not make them larger than a tenant's quota.
 */
export async function publishRuleSets(
  sql: Sql,
  { runtime }: { readonly runtime: Runtime },
  tenantId: string,
  actionCodes: readonly string[],
  bytesBefore: number,
): Promise<void> {
  await lockTenantConfiguration(sql, tenantId);
  const nowMs = runtime.clock.now();
  const lists = actionCodes.length === 0 ? new Map<string, ListVersion>() : await loadListVersions(sql, tenantId);
  const named = new Set<string>();
  const ceased: string[] = [];
  for (let start = 0; start < actionCodes.length; start += actionsAtOnce) {
    const some = await publishSome(sql, nowMs, tenantId, actionCodes.slice(start, start + actionsAtOnce), lists);
    for (const alias of some.named) named.add(alias);
    ceased.push(...some.ceased);
  }
  // Before the lists themselves are written: who asks for too much is refused for little.
  if (actionCodes.length > 0) await refuseTooManyBytes(sql, tenantId, bytesBefore);
  await recordListDocuments(sql, tenantId, [...named], nowMs);
  await markDocumentsCeased(sql, tenantId, ceased, nowMs);
  await publishConfig(sql, tenantId);
}

async function publishSome(
  sql: Sql,
  nowMs: number,
  tenantId: string,
  actionCodes: readonly string[],
  versions: ReadonlyMap<string, ListVersion>,
): Promise<{ readonly named: readonly string[]; readonly ceased: readonly string[] }> {
  const touched = await loadTouchedActions(sql, tenantId, actionCodes);
  const rules = await listRulesOfActions(sql, tenantId, actionCodes);
  const ruleSets = touched
    .filter((row) => row.is_live)
    .map((row) => {
      const ownRules = rules.filter((rule) => rule.action_code === row.action_code).map(ruleOfRow);
      const lists = Object.fromEntries(namedLists(ownRules).map((alias) => [alias, versions.get(alias)?.hash ?? null]));
      const document = writeRuleSetDocument(actionOf(row), ownRules, lists);
      return { row, actionCode: row.action_code, lists, document, hash: sha256(document).toString('hex') };
    });
  const published = ruleSets.filter(({ row, hash }) => hash !== row.rule_set_hash || !row.is_kept);
  await recordDocuments(sql, tenantId, published, nowMs);
  await recordRuleSetVersions(sql, tenantId, published);
  return {
    named: ruleSets.flatMap(({ lists }) => Object.keys(lists)),
    ceased: touched.filter((row) => hasCeased(row, ruleSets)).flatMap(hashOf),
  };
}

/** Whether the rule set that an action had before decides no action any more. */
function hasCeased(row: TouchedAction, ruleSets: readonly { actionCode: string; hash: string }[]): boolean {
  return !ruleSets.some(({ actionCode, hash }) => actionCode === row.action_code && hash === row.rule_set_hash);
}

function hashOf({ rule_set_hash: hash }: PublishableAction): readonly string[] {
  return hash === null ? [] : [hash];
}

/** A tenant that was over the limit already may make things smaller. */
async function refuseTooManyBytes(sql: Sql, tenantId: string, bytesBefore: number): Promise<void> {
  const bytes = await loadNamedDocumentBytes(sql, tenantId);
  const { max } = quotas.publishedBytes;
  if (bytes <= max || bytes <= bytesBefore) return;
  throw new Refusal(
    'invalid_request',
    `The rules of all actions and the value lists that they name may have ${mebibytes(max)} MiB together, and would have ${mebibytes(bytes)} MiB.`,
  );
}

/** Rounded up, so that what is over a limit never looks as if it were not. */
function mebibytes(bytes: number): number {
  return Math.ceil((bytes / 1024 ** 2) * 10) / 10;
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
