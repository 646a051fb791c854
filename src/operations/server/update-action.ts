import { Refusal } from '../../contract/errors.ts';
import { updateAction as route } from '../../contract/server/actions.ts';
import { lockAction, recordActionState } from '../../storage/queries/actions/actions.ts';
import { recordEvent } from '../../storage/queries/events.ts';
import { operation } from '../operation.ts';
import { recordAudit } from '../../calls/record-audit.ts';
import { actionView } from '../../views/action-view.ts';

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
    // Setting the same state changes nothing, not even the time of the last change. But from then on the action is
    // tracked.
    const isSame = action.state === body.state;
    if (isSame && action.isTracked) return actionView(action);
    await recordActionState(sql, key, { state: body.state, nowMs, moveId: context.runtime.ids.uuid() });
    await recordAudit(sql, context, route, request, params.userId, {
      actionCode: key.actionCode,
      idempotencyKey: key.idempotencyKey,
      before: action.state,
      after: body.state,
    });
    if (!isSame) {
      const { tenantId, userId, actionCode, idempotencyKey } = key;
      const data = { userId, actionCode, idempotencyKey, previousState: action.state, state: body.state };
      const told = { tenantId, userId, data };
      await recordEvent(sql, context.runtime, { type: 'action.state_changed', ...told });
      if (action.state === 'REVIEW_REQUIRED') {
        await recordEvent(sql, context.runtime, { type: 'review.decided', ...told });
      }
    }
    return actionView(isSame ? action : { ...action, state: body.state, stateUpdatedAt: nowMs, updatedAt: nowMs });
  });
});
