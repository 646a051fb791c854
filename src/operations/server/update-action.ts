import { Refusal } from '../../contract/errors.ts';
import { updateAction as route } from '../../contract/server/actions.ts';
import { lockAction, recordActionState } from '../../storage/queries/actions.ts';
import { operation } from '../operation.ts';
import { recordAudit } from '../record-audit.ts';
import { actionView } from './action-view.ts';

export const updateAction = operation(route, async (context, request) => {
  const { caller, params, body } = request;
  const key = {
    tenantId: caller.tenant.tenantId,
    userId: params.userId,
    actionCode: params.action,
    idempotencyKey: params.idempotencyKey,
  };
  const nowMs = context.runtime.clock.now();
  return context.db.transaction(async (sql) => {
    const action = await lockAction(sql, key);
    if (action === undefined) throw new Refusal('not_found', 'The user has no such action.');
    // The same state again changes nothing, not even the time of the last change; but now somebody has decided it.
    const isSame = action.state === body.state;
    if (isSame && action.is_tracked) return actionView(action);
    await recordActionState(sql, key, body.state, nowMs);
    await recordAudit(sql, context, route, request, params.userId, {
      actionCode: key.actionCode,
      idempotencyKey: key.idempotencyKey,
      before: action.state,
      after: body.state,
    });
    return actionView(isSame ? action : { ...action, state: body.state, state_updated_at: nowMs, updated_at: nowMs });
  });
});
