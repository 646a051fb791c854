import { Refusal } from '../../contract/errors.ts';
import { updateAction as route } from '../../contract/server/actions.ts';
import { setActionState } from '../../deciding/set-action-state.ts';
import { lockAction } from '../../storage/queries/actions/actions.ts';
import { operation } from '../operation.ts';
import { actionView } from '../../views/action-view.ts';

export const updateAction = operation(route, async (context, request) => {
  const { caller, params, body } = request;
  const key = {
    tenantId: caller.tenant.tenantId,
    userId: params.userId,
    actionCode: params.action,
    idempotencyKey: params.idempotencyKey,
  };
  return context.db.transaction(async (sql) => {
    const action = await lockAction(sql, key);
    if (action === undefined) throw new Refusal('not_found', 'The user has no such action.');
    return actionView(await setActionState(sql, context, route, request, { action, state: body.state }));
  });
});
