import { readDecisionRecord } from '../core/actions/stored-decision-record.ts';
import type { Tenant } from '../storage/published.ts';
import type { Sql } from '../storage/sql.ts';
import { wireTime } from '../views/wire-values.ts';
import { explanationView } from './explanation-view.ts';
import { loadRuleSet } from './load-rule-set.ts';

/** A stored decision with its reasons, by the rules that made it. */
export async function explainRecord(
  sql: Sql,
  tenant: Tenant,
  actionCode: string,
  stored: unknown,
  decidedAtMs: number,
) {
  const record = readDecisionRecord(stored);
  const ruleSet = await loadRuleSet(sql, tenant, actionCode, record);
  return { ...explanationView(record, ruleSet), decidedAt: wireTime(decidedAtMs) };
}
