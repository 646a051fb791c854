import type { DecisionRecord } from '../core/actions/decide-action.ts';
import type { PublishedRuleSet } from '../core/rules/rule-set-document.ts';
import { loadPublishedRuleSet } from '../storage/published-rule-set.ts';
import { unconfiguredAction } from '../storage/published.ts';
import type { Tenant } from '../storage/published.ts';
import type { Sql } from '../storage/sql.ts';

/** The rule set that a decision was made by, however long ago. */
export async function loadRuleSet(
  sql: Sql,
  tenant: Tenant,
  actionCode: string,
  record: DecisionRecord,
): Promise<PublishedRuleSet> {
  const { hash } = record.ruleSet;
  // Without a hash there was no rule, so what decided was the default, whose outcome is the record's.
  if (hash === null) return unconfiguredAction(actionCode, record.outcome);
  return loadPublishedRuleSet(sql, tenant.tenantId, hash, new Map(tenant.lists));
}
