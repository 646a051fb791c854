import { recordAudit } from '../../calls/record-audit.ts';
import { findActionConfiguration } from '../../configuring/find-action-configuration.ts';
import { Refusal } from '../../contract/errors.ts';
import { discardRuleDraft as route } from '../../contract/portal/rule-sets.ts';
import { deleteRuleDraft } from '../../storage/queries/rule-drafts.ts';
import { operation } from '../operation.ts';

export const discardRuleDraft = operation(route, async (context, request) => {
  const { caller, params, query } = request;
  const { tenantId } = caller.tenant;
  const { actionCode } = await findActionConfiguration(context.db, tenantId, params.actionCode);
  await context.db.transaction(async (sql) => {
    if (!(await deleteRuleDraft(sql, tenantId, actionCode, query.revision))) {
      throw new Refusal('conflict', 'The draft was changed or discarded meanwhile. Look at it, then discard it again.');
    }
    await recordAudit(sql, context, route, request, undefined, { actionCode });
  });
});
