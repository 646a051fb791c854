import { Refusal } from '../contract/errors.ts';
import { quotas } from '../core/quotas.ts';
import { namedLists } from '../core/rules/named-lists.ts';
import { writeRuleSetDocument } from '../core/rules/rule-set-document.ts';
import type { Action } from '../core/rules/rule-set.ts';
import { sha256 } from '../runtime/crypto.ts';
import type { Runtime } from '../runtime/runtime.ts';
import { recordEvent } from '../storage/queries/events.ts';
import {
  loadNamedDocumentBytes,
  markDocumentsCeased,
  recordDocuments,
  recordListDocuments,
} from '../storage/queries/published-documents.ts';
import { loadTouchedActions, recordRuleSetVersions } from '../storage/queries/rule-sets.ts';
import type { PublishableAction, TouchedAction } from '../storage/queries/rule-sets.ts';
import { listRulesOfActions } from '../storage/queries/rules.ts';
import { lockTenantConfiguration, publishConfig } from '../storage/queries/tenants.ts';
import { loadListVersions } from '../storage/queries/value-lists.ts';
import type { ListVersion } from '../storage/queries/value-lists.ts';
import type { Sql } from '../storage/sql.ts';
import { recordRuleVersions } from './record-rule-versions.ts';
import type { Author } from './record-rule-versions.ts';
import { ruleOfRow } from './rule-of-row.ts';

// The event names no more of the actions, however many a changed list touches.
const toldCodesMax = 100;
// Bounds the number of actions whose rules are in memory at once.
const actionsAtOnce = 5;

/**
 * Publishes what a change of the tenant's configuration has altered: a new version of each of these actions' rule sets
 * that differs, the lists that they name, and a message to all nodes. Call it at the end of the transaction of the
 * change. `bytesBefore` is the size of all rule sets and lists before the change, which may not raise it above the
 * tenant's quota. What operators state in the rules becomes the next version of the history, by this author.
 */
export async function publishRuleSets(
  sql: Sql,
  { runtime }: { readonly runtime: Runtime },
  tenantId: string,
  actionCodes: readonly string[],
  bytesBefore: number,
  author: Author,
): Promise<void> {
  await lockTenantConfiguration(sql, tenantId);
  const nowMs = runtime.clock.now();
  const lists = actionCodes.length === 0 ? new Map<string, ListVersion>() : await loadListVersions(sql, tenantId);
  const named = new Set<string>();
  const ceased: string[] = [];
  const published: string[] = [];
  for (let start = 0; start < actionCodes.length; start += actionsAtOnce) {
    const some = await publishSome(
      sql,
      nowMs,
      tenantId,
      actionCodes.slice(start, start + actionsAtOnce),
      lists,
      author,
    );
    for (const alias of some.named) named.add(alias);
    ceased.push(...some.ceased);
    published.push(...some.published);
  }
  // Before the lists themselves are written, so that refusing too large a change costs little.
  if (actionCodes.length > 0) await requireBytesWithinQuota(sql, tenantId, bytesBefore);
  await recordListDocuments(sql, tenantId, [...named], nowMs);
  await markDocumentsCeased(sql, tenantId, ceased, nowMs);
  if (published.length > 0) {
    const actionCodes = published.slice(0, toldCodesMax).join(',');
    const data = { actionCodes, actionsCount: String(published.length) };
    await recordEvent(sql, runtime, { tenantId, type: 'rules.published', userId: undefined, data });
  }
  await publishConfig(sql, tenantId);
}

async function publishSome(
  sql: Sql,
  nowMs: number,
  tenantId: string,
  actionCodes: readonly string[],
  versions: ReadonlyMap<string, ListVersion>,
  author: Author,
): Promise<Record<'named' | 'ceased' | 'published', readonly string[]>> {
  const touched = await loadTouchedActions(sql, tenantId, actionCodes);
  const rules = await listRulesOfActions(sql, tenantId, actionCodes);
  const ruleSets = touched
    .filter((row) => row.isLive)
    .map((row) => {
      const ownRules = rules.filter((rule) => rule.actionCode === row.actionCode).map(ruleOfRow);
      const lists = Object.fromEntries(namedLists(ownRules).map((alias) => [alias, versions.get(alias)?.hash ?? null]));
      const document = writeRuleSetDocument(actionOf(row), ownRules, lists);
      return { row, actionCode: row.actionCode, lists, document, hash: sha256(document).toString('hex') };
    });
  const published = ruleSets.filter(({ row, hash }) => hash !== row.ruleSetHash || !row.isKept);
  await recordDocuments(sql, tenantId, published, nowMs);
  await recordRuleSetVersions(sql, tenantId, published);
  await recordRuleVersions(sql, nowMs, tenantId, { actions: touched.filter((row) => row.isLive), rules }, author);
  return {
    named: ruleSets.flatMap(({ lists }) => Object.keys(lists)),
    published: published.map(({ actionCode }) => actionCode),
    ceased: touched.filter((row) => hasCeased(row, ruleSets)).flatMap(hashOf),
  };
}

/** Whether the earlier rule set of an action no longer decides any action. */
function hasCeased(row: TouchedAction, ruleSets: readonly { actionCode: string; hash: string }[]): boolean {
  return !ruleSets.some(({ actionCode, hash }) => actionCode === row.actionCode && hash === row.ruleSetHash);
}

function hashOf({ ruleSetHash: hash }: PublishableAction): readonly string[] {
  return hash === null ? [] : [hash];
}

/** A tenant that was already over the limit may still make things smaller. */
async function requireBytesWithinQuota(sql: Sql, tenantId: string, bytesBefore: number): Promise<void> {
  const bytes = await loadNamedDocumentBytes(sql, tenantId);
  const { max } = quotas.publishedBytes;
  if (bytes <= max || bytes <= bytesBefore) return;
  throw new Refusal(
    'invalid_request',
    `The rules of all actions and the value lists that they name may have ${mebibytes(max)} MiB together, and would have ${mebibytes(bytes)} MiB.`,
  );
}

/** Rounded up, so that a size above a limit never looks as if it were within. */
function mebibytes(bytes: number): number {
  return Math.ceil((bytes / 1024 ** 2) * 10) / 10;
}

/** An action configuration in the form of the rules engine. */
function actionOf(row: PublishableAction): Action {
  return {
    actionCode: row.actionCode,
    defaultUserActionResult: row.defaultResult,
    verificationMethods: row.verificationMethods,
    defaultVerificationMethod: row.defaultVerificationMethod,
    promptToEnrollVerificationMethods: row.promptToEnrollVerificationMethods,
    minimumAssurance: row.minimumAssurance,
  };
}
