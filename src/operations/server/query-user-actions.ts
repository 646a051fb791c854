import { queryUserActions as route } from '../../contract/server/actions.ts';
import { loadUserActions } from '../../storage/queries/actions.ts';
import { operation } from '../operation.ts';
import { actionListEntry } from './action-view.ts';

const windowMs = 30 * 24 * 60 * 60 * 1000;

export const queryUserActions = operation(route, async ({ db, runtime }, { caller: { tenant }, params, query }) => {
  const earliestMs = runtime.clock.now() - windowMs;
  const actions = await loadUserActions(db, {
    tenantId: tenant.tenantId,
    userId: params.userId,
    // An older date is moved up to the window rather than refused.
    fromMs: Math.max(query.fromDate ?? earliestMs, earliestMs),
    actionCodes: query.codes === undefined || query.codes.length === 0 ? undefined : query.codes,
    state: query.state,
  });
  return actions.map(actionListEntry);
});
