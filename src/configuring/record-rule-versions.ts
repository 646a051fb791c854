import { describeRuleChange } from '../core/rules/describe-rule-change.ts';
import { areSameRules } from '../core/rules/stated-rules.ts';
import type { Clock } from '../runtime/runtime.ts';
import { loadTouchedActions } from '../storage/queries/rule-sets.ts';
import type { PublishableAction } from '../storage/queries/rule-sets.ts';
import { loadLatestRuleVersion, recordRuleVersion } from '../storage/queries/rule-versions.ts';
import { listRulesOfActions } from '../storage/queries/rules.ts';
import type { RuleRow } from '../storage/queries/rules.ts';
import { lockTenantConfiguration } from '../storage/queries/tenants.ts';
import type { Sql, Store } from '../storage/sql.ts';
import { statedRulesOf } from './stated-rules-of.ts';

/** Who has changed rules, and why. */
export interface Author {
  /** Kind and id, as in audit events. */
  readonly actor: { readonly kind: string; readonly id: string };
  /** As the operator wrote it; null if nobody said. */
  readonly reason: string | null;
  /** The operator who asked somebody else to publish them; null if nobody did. */
  readonly askedBy: string | null;
}

/**
 * Records what operators now state in the rules of actions, as the next version of each where something differs. Call it
 * under the tenant's lock, in the transaction of the change.
 */
export async function recordRuleVersions(
  sql: Sql,
  nowMs: number,
  tenantId: string,
  { actions, rules }: { readonly actions: readonly PublishableAction[]; readonly rules: readonly RuleRow[] },
  { actor, reason, askedBy }: Author,
): Promise<void> {
  for (const { actionCode, defaultResult } of actions) {
    const own = rules.filter((rule) => rule.actionCode === actionCode);
    const document = statedRulesOf(defaultResult, own);
    const latest = await loadLatestRuleVersion(sql, tenantId, actionCode);
    if (latest !== undefined && areSameRules(latest.document, document)) continue;
    await recordRuleVersion(sql, tenantId, actionCode, {
      version: (latest?.version ?? 0) + 1,
      document,
      madeAt: nowMs,
      actor,
      reason,
      askedBy,
      changes: latest === undefined ? [] : describeRuleChange(latest.document, document),
    });
  }
}

/**
 * Records what the rules of an action state if that is not their newest version: a node of an earlier release has changed
 * them, which records none. Where there is no version yet, it records the first, and returns true.
 */
export async function settleRuleVersion(
  db: Store,
  clock: Clock,
  tenantId: string,
  actionCode: string,
): Promise<boolean> {
  return db.transaction(async (sql) => {
    await lockTenantConfiguration(sql, tenantId);
    const latest = await loadLatestRuleVersion(sql, tenantId, actionCode);
    const actions = (await loadTouchedActions(sql, tenantId, [actionCode])).filter((row) => row.isLive);
    const rules = await listRulesOfActions(sql, tenantId, [actionCode]);
    const author = { actor: { kind: 'system', id: 'as-found' }, reason: null, askedBy: null };
    await recordRuleVersions(sql, clock.now(), tenantId, { actions, rules }, author);
    return latest === undefined;
  });
}
