import { alreadyDecided, nameOperator } from '../../activity/review-people.ts';
import { isUuid } from '../../calls/is-uuid.ts';
import { recordAudit } from '../../calls/record-audit.ts';
import { takeReview as route } from '../../contract/portal/activity.ts';
import { Refusal } from '../../contract/errors.ts';
import { loadActionById } from '../../storage/queries/actions/search.ts';
import { lockReview, recordReviewTaken } from '../../storage/queries/reviews.ts';
import { operation } from '../operation.ts';

export const takeReview = operation(route, async (context, request) => {
  const { caller, params, body } = request;
  const { tenant, operatorId } = caller;
  const { tenantId } = tenant;
  const { actionId } = params;
  const { isTaken, force = false } = body;
  const action = isUuid(actionId) ? await loadActionById(context.db, tenantId, actionId) : undefined;
  if (action === undefined) throw new Refusal('not_found', 'There is no such action.');
  await context.db.transaction(async (sql) => {
    const review = await lockReview(sql, tenantId, actionId);
    if (review === undefined || review.decidedAt !== null) throw await alreadyDecided(sql, review, action.state);
    const { takenBy } = review;
    if (takenBy !== null && takenBy !== operatorId && !force) {
      throw new Refusal('conflict', `Taken by ${await nameOperator(sql, takenBy)}.`);
    }
    const next = isTaken ? operatorId : undefined;
    // Taking it twice is taking it once.
    if ((next ?? null) === takenBy) return;
    await recordReviewTaken(sql, tenantId, actionId, { takenBy: next, nowMs: context.runtime.clock.now() });
    const { userId, actionCode, idempotencyKey } = action;
    await recordAudit(sql, context, route, request, userId, {
      actionCode,
      idempotencyKey,
      isTaken,
      ...(takenBy === null ? {} : { before: takenBy }),
    });
  });
});
