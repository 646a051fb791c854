import { recordAudit } from '../../calls/record-audit.ts';
import { requireFreshProof } from '../../calls/require-fresh-proof.ts';
import { requestOf, rulesNeedTwoPeople } from '../../configuring/rule-requests.ts';
import { loadLiveRules, ruleSetView } from '../../configuring/rule-set-view.ts';
import { Refusal } from '../../contract/errors.ts';
import { askRulePublication as route } from '../../contract/portal/rule-sets.ts';
import { rulesAskedMail } from '../../core/notices/rule-request-mail.ts';
import { canDecideOtherwise } from '../../core/rules/stated-rules.ts';
import { askOfRuleDraft, loadRuleDraft } from '../../storage/queries/rule-drafts.ts';
import { loadOperatorEmails } from '../../storage/queries/operators.ts';
import { portalTenantId } from '../../storage/queries/tenants.ts';
import { tellOfRules } from '../../telling/tell-of-rules.ts';
import { operation } from '../operation.ts';

export const askRulePublication = operation(route, async (context, request) => {
  const { caller, params, body } = request;
  const { tenantId } = caller.tenant;
  const { operatorId, email } = caller;
  const { actionCode } = params;
  const live = await loadLiveRules(context.db, tenantId, actionCode);
  await context.db.transaction(async (sql) => {
    if (!(await rulesNeedTwoPeople(sql, tenantId))) {
      throw new Refusal('conflict', 'In this tenant one person publishes rules: publish the draft.');
    }
    const draft = await loadRuleDraft(sql, tenantId, actionCode);
    if (draft?.revision !== body.revision) throw changedMeanwhile();
    if (draft.baseVersion !== live.version) {
      throw new Refusal(
        'conflict',
        `The live rules are now version ${live.version}, and the draft was made for version ${draft.baseVersion}. Compare them, then save the draft for the new version.`,
      );
    }
    const earlier = await requestOf(sql, tenantId, draft);
    if (earlier !== undefined) {
      const names = await loadOperatorEmails(sql, portalTenantId, [earlier.askedBy]);
      throw new Refusal('conflict', `${names.get(earlier.askedBy) ?? 'Somebody'} has asked for it already.`);
    }
    // As publishing does: a session that somebody left open is no first person.
    if (canDecideOtherwise(live.stated, draft.document)) requireFreshProof(context, caller);
    const asked = {
      revision: context.runtime.ids.uuid(),
      operatorId,
      nowMs: context.runtime.clock.now(),
      reason: body.reason,
    };
    if (!(await askOfRuleDraft(sql, tenantId, actionCode, asked, body.revision))) throw changedMeanwhile();
    await recordAudit(sql, context, route, request, undefined, {
      actionCode,
      baseVersion: draft.baseVersion,
      revision: asked.revision,
      reason: body.reason,
    });
    const isOther = (reader: string) => reader !== operatorId;
    await tellOfRules(sql, context, tenantId, rulesAskedMail({ actionCode, by: email }), isOther);
  });
  return ruleSetView(context, tenantId, actionCode, operatorId);
});

const changedMeanwhile = () =>
  new Refusal(
    'conflict',
    'The draft was changed or discarded meanwhile. Look at it, then ask for its publication again.',
  );
