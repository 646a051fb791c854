import { recordAudit } from '../../calls/record-audit.ts';
import { findActionConfiguration } from '../../configuring/find-action-configuration.ts';
import { ruleSetView } from '../../configuring/rule-set-view.ts';
import { Refusal } from '../../contract/errors.ts';
import { refuseRulePublication as route } from '../../contract/portal/rule-sets.ts';
import { rulesAnsweredMail } from '../../core/notices/rule-request-mail.ts';
import { loadRuleDraft, refuseRuleDraft } from '../../storage/queries/rule-drafts.ts';
import { tellOfRules } from '../../telling/tell-of-rules.ts';
import { operation } from '../operation.ts';

export const refuseRulePublication = operation(route, async (context, request) => {
  const { caller, params, body } = request;
  const { tenantId } = caller.tenant;
  const { operatorId, email } = caller;
  const { actionCode } = await findActionConfiguration(context.db, tenantId, params.actionCode);
  await context.db.transaction(async (sql) => {
    const askedBy = (await loadRuleDraft(sql, tenantId, actionCode))?.askedBy ?? undefined;
    const refused = {
      revision: context.runtime.ids.uuid(),
      operatorId,
      nowMs: context.runtime.clock.now(),
      reason: body.reason,
    };
    if (!(await refuseRuleDraft(sql, tenantId, actionCode, refused, body.revision))) {
      throw new Refusal(
        'conflict',
        'Nobody asks for the publication of this draft any more: it was changed, published, refused or discarded meanwhile.',
      );
    }
    await recordAudit(sql, context, route, request, undefined, { actionCode, askedBy, reason: body.reason });
    const isForAsker = (reader: string) => reader === askedBy && reader !== operatorId;
    await tellOfRules(sql, context, tenantId, rulesAnsweredMail({ actionCode, by: email }, false), isForAsker);
  });
  return ruleSetView(context, tenantId, actionCode, operatorId);
});
