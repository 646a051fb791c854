import { Refusal } from '../../contract/errors.ts';
import { getAction as route } from '../../contract/server/actions.ts';
import { loadAction } from '../../storage/queries/actions/actions.ts';
import { operation } from '../operation.ts';
import { actionView } from '../../views/action-view.ts';

export const getAction = operation(route, async ({ db }, { caller: { tenant }, params }) => {
  const action = await loadAction(db, {
    tenantId: tenant.tenantId,
    userId: params.userId,
    actionCode: params.action,
    idempotencyKey: params.idempotencyKey,
  });
  if (action === undefined) throw new Refusal('not_found', 'The user has no such action.');
  return actionView(action);
});
