import { Refusal } from '../contract/errors.ts';
import { isSameRule } from '../core/rules/stated-rules.ts';
import { recordActionConfiguration } from '../storage/queries/action-configurations.ts';
import { deleteRuleDraft } from '../storage/queries/rule-drafts.ts';
import type { RuleDraftRow } from '../storage/queries/rule-drafts.ts';
import { replaceRules } from '../storage/queries/rules.ts';
import type { Sql } from '../storage/sql.ts';
import { findActionConfiguration } from './find-action-configuration.ts';
import { requireEnabledMethods } from './require-enabled-methods.ts';
import { loadLiveRules } from './rule-set-view.ts';
import type { LiveRules } from './rule-set-view.ts';
import { rowOfStated } from './stated-rules-of.ts';

/**
 * Makes a draft the rules of its action, all at once, and uses it up. Returns what was live before. Call it in the transaction
 * of a change of the configuration, which publishes what it altered.
 * @throws {Refusal} `conflict` if the draft or the live rules are not those that were seen any more
 */
export async function publishDraft(
  sql: Sql,
  tenantId: string,
  actionCode: string,
  { revision, baseVersion, document }: RuleDraftRow,
  nowMs: number,
): Promise<LiveRules> {
  const configuration = await findActionConfiguration(sql, tenantId, actionCode);
  const live = await loadLiveRules(sql, tenantId, actionCode);
  if (live.version !== baseVersion) {
    throw new Refusal(
      'conflict',
      `The live rules are now version ${live.version}, and the draft was made for version ${baseVersion}. Compare them, then save the draft for the new version.`,
    );
  }
  if (!(await deleteRuleDraft(sql, tenantId, actionCode, revision))) {
    throw new Refusal('conflict', 'The draft was changed or discarded meanwhile. Look at it, then publish it again.');
  }
  const earlier = new Map(live.stated.rules.map((rule) => [rule.ruleId, rule]));
  const kept = new Set(document.rules.map(({ ruleId }) => ruleId));
  const changed = document.rules.filter((rule) => {
    const was = earlier.get(rule.ruleId);
    return was === undefined || !isSameRule(was, rule);
  });
  for (const rule of changed) {
    const was = earlier.get(rule.ruleId);
    const isOther = <
      Name extends 'verificationMethods' | 'promptToEnrollVerificationMethods' | 'defaultVerificationMethod',
    >(
      name: Name,
    ) => JSON.stringify(was?.[name] ?? null) !== JSON.stringify(rule[name]);
    await requireEnabledMethods(
      sql,
      tenantId,
      {
        verificationMethods: isOther('verificationMethods') ? rule.verificationMethods : undefined,
        promptToEnrollVerificationMethods: isOther('promptToEnrollVerificationMethods')
          ? rule.promptToEnrollVerificationMethods
          : undefined,
        defaultVerificationMethod: isOther('defaultVerificationMethod') ? rule.defaultVerificationMethod : undefined,
      },
      rule,
    );
  }
  const gone = [...earlier.keys()].filter((ruleId) => !kept.has(ruleId));
  const rows = changed.map((rule) => rowOfStated(actionCode, rule));
  await replaceRules(sql, tenantId, actionCode, { gone, rows }, nowMs);
  if (configuration.defaultResult !== document.defaultOutcome) {
    const next = { ...configuration, defaultResult: document.defaultOutcome };
    await recordActionConfiguration(sql, tenantId, next, nowMs);
  }
  return live;
}
