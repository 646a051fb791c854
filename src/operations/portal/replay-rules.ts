import { findActionConfiguration } from '../../configuring/find-action-configuration.ts';
import { ruleOfRow } from '../../configuring/rule-of-row.ts';
import { rowOfStated } from '../../configuring/stated-rules-of.ts';
import { Refusal } from '../../contract/errors.ts';
import { replayRules as route } from '../../contract/portal/rule-sets.ts';
import type { Context } from '../../calls/context.ts';
import { planFacts } from '../../core/facts/plan-facts.ts';
import { compileRules } from '../../core/rules/compile-rules.ts';
import { namedLists } from '../../core/rules/named-lists.ts';
import { loadDraftLists } from '../../deciding/load-draft-lists.ts';
import { replayActions } from '../../deciding/replay-actions.ts';
import type { PublishedAction, Tenant } from '../../storage/published.ts';
import { loadRuleDraft } from '../../storage/queries/rule-drafts.ts';
import { loadListVersions } from '../../storage/queries/value-lists.ts';
import { wireTime } from '../../views/wire-values.ts';
import { operation } from '../operation.ts';

export const replayRules = operation(route, async (context, { caller: { tenant }, params, body }) => {
  const { actionCode } = await findActionConfiguration(context.db, tenant.tenantId, params.actionCode);
  const live = tenant.actions.get(actionCode);
  if (live === undefined) throw new Refusal('unavailable', 'This node does not know the action yet.', 1);
  const ruleSet = body.which === 'live' ? live : await draftedRuleSet(context, tenant, live);
  const replay = await replayActions(context, tenant, ruleSet);
  const count = (isSame: boolean) =>
    replay.pairs.filter(({ was, now }) => (was === now) === isSame).reduce((sum, pair) => sum + pair.count, 0);
  return {
    considered: replay.considered,
    same: count(true),
    different: count(false),
    cannotSay: replay.cannotSay,
    computedAgain: replay.computedAgain,
    isCutShort: replay.isCutShort,
    ...(replay.fromMs === undefined ? {} : { from: wireTime(replay.fromMs) }),
    matrix: replay.pairs.map(({ examples, ...pair }) => ({
      ...pair,
      examples: examples.map(({ actionId, userId, createdAt }) => ({
        actionId,
        userId,
        createdAt: wireTime(createdAt),
      })),
    })),
    unknownReads: [...replay.unknownReads],
    computedFacts: [...replay.computedFacts],
    namesLists: namedLists(ruleSet.compiled.rules.map(({ rule }) => rule)).length > 0,
  };
});

/** The draft as if it were published. */
async function draftedRuleSet(context: Context, tenant: Tenant, live: PublishedAction): Promise<PublishedAction> {
  const { actionCode } = live.action;
  const draft = await loadRuleDraft(context.db, tenant.tenantId, actionCode);
  if (draft === undefined) throw new Refusal('not_found', 'The action has no draft of its rules.');
  const { defaultOutcome, rules: stated } = draft.document;
  const rules = stated.map((rule) => ruleOfRow(rowOfStated(actionCode, rule)));
  const versions = await loadListVersions(context.db, tenant.tenantId);
  const compiled = compileRules({ rules, lists: await loadDraftLists(context.db, tenant, rules, versions) });
  const action = { ...live.action, defaultUserActionResult: defaultOutcome };
  return { ...live, action, compiled, plan: planFacts(compiled.needs.paths), hash: null };
}
