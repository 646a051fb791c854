import type { DecisionRecord } from '../core/actions/decide-action.ts';
import type { PublishedRuleSet } from '../core/rules/rule-set-document.ts';
import { DocumentMissing, loadPublishedRuleSet } from '../storage/published-rule-set.ts';
import { unconfiguredAction } from '../storage/published.ts';
import type { Tenant } from '../storage/published.ts';
import type { Sql } from '../storage/sql.ts';

/** The rule set that made a decision, however long ago; undefined if it is no longer kept. */
export async function loadRuleSet(
  sql: Sql,
  tenant: Tenant,
  actionCode: string,
  record: DecisionRecord,
): Promise<PublishedRuleSet | undefined> {
  const { hash } = record.ruleSet;
  // Without a hash there was no rule, so the default decided, and its outcome is that of the record.
  if (hash === null) return unconfiguredAction(actionCode, record.outcome);
  try {
    return await loadPublishedRuleSet(sql, tenant.tenantId, hash, new Map(tenant.lists));
  } catch (error) {
    if (error instanceof DocumentMissing) return undefined;
    throw error;
  }
}
