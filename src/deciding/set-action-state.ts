import { recordAudit } from '../calls/record-audit.ts';
import type { Context } from '../calls/context.ts';
import type { KnownRequest } from '../calls/request.ts';
import type { Route } from '../contract/route.ts';
import { recordActionState } from '../storage/queries/actions/actions.ts';
import type { ActionRow, ReviewDecision } from '../storage/queries/actions/actions.ts';
import { recordEvent } from '../storage/queries/events.ts';
import type { Sql } from '../storage/sql.ts';

/**
 * Sets the state of an action that the transaction has locked, with all that follows from it: its audit event and what
 * other servers are told. Returns the action as it is then.
 */
export async function setActionState(
  sql: Sql,
  context: Context,
  route: Route,
  request: KnownRequest<Route>,
  change: { readonly action: ActionRow; readonly state: string; readonly review?: ReviewDecision },
): Promise<ActionRow> {
  const { action, state, review } = change;
  const { tenantId } = request.caller.tenant;
  const { runtime } = context;
  const { userId, actionCode, idempotencyKey } = action;
  // Setting the same state changes nothing, not even the time of the last change. But from then on the action is tracked.
  const isSame = action.state === state;
  if (isSame && action.isTracked) return action;
  const nowMs = runtime.clock.now();
  const key = { tenantId, userId, actionCode, idempotencyKey };
  const decided = review === undefined ? {} : { review };
  await recordActionState(sql, key, { state, nowMs, moveId: runtime.ids.uuid(), ...decided });
  // A note is not in the log, which keeps for good what is recorded: it may name people.
  await recordAudit(sql, context, route, request, userId, {
    actionCode,
    idempotencyKey,
    before: action.state,
    after: state,
  });
  if (isSame) return { ...action, isTracked: true };
  const told = {
    tenantId,
    userId,
    data: { userId, actionCode, idempotencyKey, previousState: action.state, state },
  };
  await recordEvent(sql, runtime, { type: 'action.state_changed', ...told });
  if (action.state === 'REVIEW_REQUIRED') await recordEvent(sql, runtime, { type: 'review.decided', ...told });
  return { ...action, isTracked: true, state, stateUpdatedAt: nowMs, updatedAt: nowMs };
}
