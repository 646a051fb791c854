import { alreadyDecided } from '../../activity/review-people.ts';
import { isUuid } from '../../calls/is-uuid.ts';
import type { Context } from '../../calls/context.ts';
import type { OperatorCaller } from '../../calls/caller.ts';
import { auditEvent } from '../../calls/record-audit.ts';
import type { KnownRequest } from '../../calls/request.ts';
import { stillMay } from '../../calls/still-may.ts';
import { decideReview as route } from '../../contract/portal/activity.ts';
import { Refusal } from '../../contract/errors.ts';
import { setActionState } from '../../deciding/set-action-state.ts';
import { lockAction } from '../../storage/queries/actions/actions.ts';
import type { ActionRow } from '../../storage/queries/actions/actions.ts';
import { loadActionById } from '../../storage/queries/actions/search.ts';
import { recordAuditEvent } from '../../storage/queries/audit-events.ts';
import { loadReview, recordFirstApproval } from '../../storage/queries/reviews.ts';
import { loadTenantSettings } from '../../storage/queries/tenant-settings.ts';
import type { Sql } from '../../storage/sql.ts';
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
    const isFirst = body.decision === 'APPROVE' && (await takeFirst(sql, context, request, action));
    if (isFirst) return listedActionView(action);
    const review = { operatorId: caller.operatorId, note: body.note };
    const state = states[body.decision];
    return listedActionView(await setActionState(sql, context, route, request, { action, state, review }));
  });
});

/** Whether this approval is the first of two, which is then stored. @throws {Refusal} `conflict` */
async function takeFirst(
  sql: Sql,
  context: Context,
  request: KnownRequest<typeof route> & { readonly caller: OperatorCaller },
  { actionId, userId, actionCode, idempotencyKey }: ActionRow,
): Promise<boolean> {
  const { caller, body } = request;
  const { tenantId } = caller.tenant;
  const { operatorId } = caller;
  // Not as this node knows it: another may have changed it just now.
  const { settings } = await loadTenantSettings(sql, tenantId);
  if (settings['reviewsNeedTwoPeople'] !== true) return false;
  const { firstBy = null } = (await loadReview(sql, tenantId, actionId)) ?? {};
  if (firstBy === operatorId) {
    throw new Refusal('conflict', 'You have approved it already. Somebody else has to approve it too.');
  }
  if (firstBy !== null && (await stillMay(sql, tenantId, firstBy, 'reviews:decide'))) return false;
  const isTaken = await recordFirstApproval(sql, tenantId, actionId, {
    operatorId,
    nowMs: context.runtime.clock.now(),
    note: body.note,
    inPlaceOf: firstBy ?? undefined,
  });
  if (!isTaken) {
    throw new Refusal('conflict', 'The review cannot be approved by two people here. Your backend can decide it.');
  }
  const data = { actionCode, idempotencyKey };
  await recordAuditEvent(sql, {
    ...auditEvent(context, route, request, userId, data),
    eventType: 'review.approved_first',
  });
  return true;
}
