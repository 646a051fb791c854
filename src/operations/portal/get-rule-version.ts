import type { Context } from '../../calls/context.ts';
import { loadLiveRules, statedRulesView } from '../../configuring/rule-set-view.ts';
import { Refusal } from '../../contract/errors.ts';
import { getRuleVersion as route } from '../../contract/portal/rule-sets.ts';
import { describeRuleChange } from '../../core/rules/describe-rule-change.ts';
import type { StatedRules } from '../../core/rules/stated-rules.ts';
import { loadVersionNames, ruleVersionView } from '../../operators/rule-version-view.ts';
import { loadRuleDraft } from '../../storage/queries/rule-drafts.ts';
import { loadRuleVersion } from '../../storage/queries/rule-versions.ts';
import { operation } from '../operation.ts';

export const getRuleVersion = operation(route, async ({ db }, { caller, params, query }) => {
  const { tenantId } = caller.tenant;
  const { actionCode } = params;
  const live = await loadLiveRules(db, tenantId, actionCode);
  const row = await findVersion(db, tenantId, actionCode, params.version);
  const { against } = query;
  const other =
    against === undefined
      ? live.stated
      : against === 'draft'
        ? await findDraft(db, tenantId, actionCode)
        : (await findVersion(db, tenantId, actionCode, against)).document;
  return {
    ...ruleVersionView(row, await loadVersionNames(db, [row])),
    ...statedRulesView(row.document),
    differences: [...describeRuleChange(other, row.document)],
  };
});

async function findVersion(db: Context['db'], tenantId: string, actionCode: string, given: string) {
  const row = /^\d{1,9}$/.test(given) ? await loadRuleVersion(db, tenantId, actionCode, Number(given)) : undefined;
  if (row === undefined) throw new Refusal('not_found', `Version ${given} of the rules is not kept, or never was.`);
  return row;
}

async function findDraft(db: Context['db'], tenantId: string, actionCode: string): Promise<StatedRules> {
  const draft = await loadRuleDraft(db, tenantId, actionCode);
  if (draft === undefined) throw new Refusal('not_found', 'The action has no draft of its rules.');
  return draft.document;
}
