import { isUuid } from '../../calls/is-uuid.ts';
import { recordAudit } from '../../calls/record-audit.ts';
import { Refusal } from '../../contract/errors.ts';
import { refuseHelp as route } from '../../contract/portal/helps.ts';
import { loadHelp, refuseHelpRow } from '../../storage/queries/helps.ts';
import { operation } from '../operation.ts';

export const refuseHelp = operation(route, async (context, request) => {
  const { caller, params } = request;
  const { tenantId } = caller.tenant;
  const { helpId } = params;
  await context.db.transaction(async (sql) => {
    const help = isUuid(helpId) ? await loadHelp(sql, tenantId, helpId) : undefined;
    if (help === undefined) throw new Refusal('not_found', 'There is no such help.');
    const nowMs = context.runtime.clock.now();
    if (!(await refuseHelpRow(sql, tenantId, helpId, { operatorId: caller.operatorId, nowMs }))) {
      throw new Refusal('conflict', 'It is over already: it was used, refused, stopped, or its time has passed.');
    }
    const { userId, state } = help;
    await recordAudit(sql, context, route, request, userId, { helpId, wasSent: state === 'sent' });
  });
});
