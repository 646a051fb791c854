import { requireFreshProof } from '../../calls/require-fresh-proof.ts';
import { changeConfiguration } from '../../configuring/change-configuration.ts';
import { findActionConfiguration } from '../../configuring/find-action-configuration.ts';
import { publishDraft } from '../../configuring/publish-draft.ts';
import { settleRuleVersion } from '../../configuring/record-rule-versions.ts';
import { requireAffordableRules } from '../../configuring/review-rule.ts';
import { requireSecondPerson } from '../../configuring/rule-requests.ts';
import { loadLiveRules, ruleSetView } from '../../configuring/rule-set-view.ts';
import { rowOfStated } from '../../configuring/stated-rules-of.ts';
import { Refusal } from '../../contract/errors.ts';
import { publishRuleDraft as route } from '../../contract/portal/rule-sets.ts';
import { rulesAnsweredMail } from '../../core/notices/rule-request-mail.ts';
import { describeRuleChange } from '../../core/rules/describe-rule-change.ts';
import { canDecideOtherwise } from '../../core/rules/stated-rules.ts';
import { loadRuleDraft } from '../../storage/queries/rule-drafts.ts';
import { tellOfRules } from '../../telling/tell-of-rules.ts';
import { omitAbsent } from '../../views/omit-absent.ts';
import { operation } from '../operation.ts';

export const publishRuleDraft = operation(route, async (context, request) => {
  const { caller, params, body } = request;
  const { db, runtime } = context;
  const { tenantId } = caller.tenant;
  const { operatorId, email } = caller;
  const { actionCode } = await findActionConfiguration(db, tenantId, params.actionCode);
  await settleRuleVersion(db, runtime.clock, tenantId, actionCode);
  const draft = await loadRuleDraft(db, tenantId, actionCode);
  if (draft?.revision !== body.revision) {
    throw new Refusal('conflict', 'The draft was changed or discarded meanwhile. Look at it, then publish it again.');
  }
  const live = await loadLiveRules(db, tenantId, actionCode);
  if (canDecideOtherwise(live.stated, draft.document)) requireFreshProof(context, caller);
  const rows = draft.document.rules.map((rule) => rowOfStated(actionCode, rule));
  const liveRows = live.stated.rules.map((rule) => rowOfStated(actionCode, rule));
  await requireAffordableRules(db, tenantId, rows, liveRows, () => runtime.timers.wait(0));

  await changeConfiguration(context, route, request, async (sql) => {
    const asked = await requireSecondPerson(sql, tenantId, draft, operatorId);
    const was = await publishDraft(sql, tenantId, actionCode, draft, runtime.clock.now());
    const reason = body.reason ?? asked?.reason ?? undefined;
    if (asked !== undefined) {
      const mail = rulesAnsweredMail({ actionCode, by: email }, true);
      await tellOfRules(sql, context, tenantId, mail, (reader) => reader === asked.askedBy);
    }
    const changes = describeRuleChange(was.stated, draft.document);
    return {
      before: undefined,
      after: { actionCode, baseVersion: was.version, changes, ...omitAbsent({ askedBy: asked?.askedBy }) },
      actionCodes: [actionCode],
      reason,
      askedBy: asked?.askedBy,
      answer: undefined,
    };
  });
  return ruleSetView(context, tenantId, actionCode, operatorId);
});
