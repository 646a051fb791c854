import { readRuleSetDocument } from '../core/rules/rule-set-document.ts';
import type { PublishedRuleSet } from '../core/rules/rule-set-document.ts';
import type { DecisionRecord } from '../core/actions/decide-action.ts';
import { loadPublishedDocument } from '../storage/queries/rule-sets.ts';
import { unconfiguredAction } from '../storage/published.ts';
import type { Sql } from '../storage/sql.ts';

/** The rule set that a decision was made by, however long ago. */
export async function loadRuleSet(
  sql: Sql,
  tenantId: string,
  actionCode: string,
  record: DecisionRecord,
): Promise<PublishedRuleSet> {
  const { hash } = record.ruleSet;
  // Without a hash there was no rule, so what decided was the default, whose outcome is the record's.
  if (hash === null) return unconfiguredAction(actionCode, record.outcome);
  const document = await loadPublishedDocument(sql, tenantId, hash);
  if (document === undefined) throw new Error(`The published rule set ${hash} is missing.`);
  return readRuleSetDocument(document);
}
