import { alreadyDecided } from '../../activity/review-people.ts';
import { isUuid } from '../../calls/is-uuid.ts';
import { decideReview as route } from '../../contract/portal/activity.ts';
import { Refusal } from '../../contract/errors.ts';
import { setActionState } from '../../deciding/set-action-state.ts';
import { lockAction } from '../../storage/queries/actions/actions.ts';
import { loadActionById } from '../../storage/queries/actions/search.ts';
import { loadReview } from '../../storage/queries/reviews.ts';
import { listedActionView } from '../../views/listed-action-view.ts';
import { operation } from '../operation.ts';

const states = { APPROVE: 'REVIEW_SUCCEEDED', REJECT: 'REVIEW_FAILED' } as const;

export const decideReview = operation(route, async (context, request) => {
  const { caller, params, body } = request;
  const { tenantId } = caller.tenant;
  const { actionId } = params;
  const named = isUuid(actionId) ? await loadActionById(context.db, tenantId, actionId) : undefined;
  if (named === undefined) throw new Refusal('not_found', 'There is no such action.');
  return context.db.transaction(async (sql) => {
    // Two who decide at once come one after the other here, and the second finds what the first has decided.
    const action = await lockAction(sql, { ...named, tenantId });
    if (action?.actionId !== actionId) throw new Refusal('not_found', 'There is no such action.');
    if (action.state !== 'REVIEW_REQUIRED') {
      throw await alreadyDecided(sql, await loadReview(sql, tenantId, actionId), action.state);
    }
    const review = { operatorId: caller.operatorId, note: body.note };
    const state = states[body.decision];
    return listedActionView(await setActionState(sql, context, route, request, { action, state, review }));
  });
});
