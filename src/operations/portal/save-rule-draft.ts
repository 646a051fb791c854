import { recordAudit } from '../../calls/record-audit.ts';
import { readDraftedRules } from '../../configuring/read-drafted-rules.ts';
import { settleRuleVersion } from '../../configuring/record-rule-versions.ts';
import { loadLiveRules, ruleSetView } from '../../configuring/rule-set-view.ts';
import { Refusal } from '../../contract/errors.ts';
import { saveRuleDraft as route } from '../../contract/portal/rule-sets.ts';
import { recordRuleDraft } from '../../storage/queries/rule-drafts.ts';
import { operation } from '../operation.ts';

export const saveRuleDraft = operation(route, async (context, request) => {
  const { caller, params, body } = request;
  const { ids, clock } = context.runtime;
  const { tenantId } = caller.tenant;
  const { actionCode } = params;
  const { version } = await loadLiveRules(context.db, tenantId, actionCode);
  if (body.baseVersion > version) {
    throw new Refusal('invalid_request', `baseVersion must be a version that there is: the live one is ${version}.`);
  }
  const document = readDraftedRules(body, () => ids.uuid());
  // What was there before the first change can be gone back to as well.
  const isFirst = await settleRuleVersion(context.db, clock, tenantId, actionCode);
  const baseVersion = isFirst && body.baseVersion === 0 ? 1 : body.baseVersion;
  await context.db.transaction(async (sql) => {
    const draft = {
      revision: ids.uuid(),
      baseVersion,
      document,
      changedBy: caller.operatorId,
      changedAt: clock.now(),
    };
    if (!(await recordRuleDraft(sql, tenantId, actionCode, draft, body.revision))) {
      throw new Refusal('conflict', 'The draft was changed or discarded meanwhile. Look at it, then change it again.');
    }
    await recordAudit(sql, context, route, request, undefined, {
      actionCode,
      baseVersion,
      rules: document.rules.length,
    });
  });
  return ruleSetView(context, tenantId, actionCode, caller.operatorId);
});
