import { getActionDetail as route } from '../../contract/portal/activity.ts';
import { firstApprovalView } from '../../activity/first-approval.ts';
import { nameDecider, nameOperator } from '../../activity/review-people.ts';
import type { OperatorCaller } from '../../calls/caller.ts';
import { isUuid } from '../../calls/is-uuid.ts';
import type { Context } from '../../calls/context.ts';
import { Refusal } from '../../contract/errors.ts';
import { permits } from '../../contract/portal/roles.ts';
import { maskContactsWithin } from '../../core/authenticators/mask-contact.ts';
import { decideToday } from '../../deciding/decide-today.ts';
import { explainRecord } from '../../deciding/explain-record.ts';
import { loadActorNames } from '../../operators/load-actor-names.ts';
import { firstIdAt } from '../../storage/queries/actions/months.ts';
import type { ActionRow } from '../../storage/queries/actions/actions.ts';
import { loadActionById, searchActions } from '../../storage/queries/actions/search.ts';
import { listAuditEventsOfAction } from '../../storage/queries/audit-events.ts';
import { loadOperatorEmails } from '../../storage/queries/operators.ts';
import { loadReview } from '../../storage/queries/reviews.ts';
import { portalTenantId } from '../../storage/queries/tenants.ts';
import { loadUser } from '../../storage/queries/users.ts';
import type { Store } from '../../storage/sql.ts';
import { listedActionView } from '../../views/listed-action-view.ts';
import { omitAbsent } from '../../views/omit-absent.ts';
import { wireTime } from '../../views/wire-values.ts';
import { operation } from '../operation.ts';

const recentMax = 10;
const stepsMax = 200;
const minuteMs = 60_000;
/** A challenge of an action is over by then, and what is recorded of it does not name the action. */
const challengeMs = 60 * minuteMs;
const rangeMaxMs = 31 * 24 * 60 * minuteMs;

export const getActionDetail = operation(route, async (context, { caller, params }) => {
  const { db, runtime } = context;
  const { tenant, roles } = caller;
  const { tenantId } = tenant;
  const action = isUuid(params.actionId) ? await loadActionById(db, tenantId, params.actionId) : undefined;
  if (action === undefined) throw new Refusal('not_found', 'There is no such action.');
  const decision = await explainRecord(
    db,
    tenant,
    action.actionCode,
    action.decision,
    action.decidedAt ?? action.createdAt,
  );
  // Explaining and deciding may each use their whole budget, so other requests get their turn between them.
  await runtime.timers.wait(0);
  const today = decideToday(context, tenant, action);
  const timeline = await timelineOf(context, tenantId, action);
  const user = await loadUser(db, tenantId, action.userId);
  const contacts = [user?.email, user?.phoneNumber].flatMap((contact) => contact ?? []);
  const review = await reviewOf(db, caller, action);
  const told = { decision, ...omitAbsent({ today, review }), timeline };
  return {
    ...listedActionView(action),
    ...omitAbsent({ custom: action.custom }),
    isTracked: action.isTracked,
    // Rules can read contacts, and name some.
    ...(permits(roles, 'contacts:read') ? told : maskContactsWithin(told, contacts)),
    userRecent: await recentOf(db, tenantId, action),
  };
});

async function reviewOf(db: Store, { tenant, operatorId }: OperatorCaller, { actionId, state }: ActionRow) {
  const review = await loadReview(db, tenant.tenantId, actionId);
  if (review === undefined) return undefined;
  const { takenBy, firstBy, decidedAt, note } = review;
  const isDecided = decidedAt !== null;
  const names = await loadOperatorEmails(db, portalTenantId, firstBy === null ? [] : [firstBy]);
  return {
    isWaiting: !isDecided && state === 'REVIEW_REQUIRED',
    ...omitAbsent({
      assignedTo: takenBy === null ? undefined : await nameOperator(db, takenBy),
      // Contacts in notes are masked with everything else that is told.
      firstApproval: firstApprovalView(review, operatorId, names, true),
      decidedBy: isDecided ? await nameDecider(db, review) : undefined,
      decidedAt: isDecided ? wireTime(decidedAt) : undefined,
      note,
    }),
  };
}

async function timelineOf({ db }: Context, tenantId: string, action: ActionRow) {
  const { createdAt, stateUpdatedAt } = action;
  const events = await listAuditEventsOfAction(
    db,
    { ...action, tenantId },
    {
      fromMs: createdAt,
      besideMs: createdAt + challengeMs,
      toMs: Math.min(Math.max(createdAt + challengeMs, stateUpdatedAt + minuteMs), createdAt + rangeMaxMs),
      max: stepsMax,
    },
  );
  const names = await loadActorNames(db, events);
  return events.map(({ happenedAt, eventType, actor, data }) => ({
    at: wireTime(happenedAt),
    type: eventType,
    actor: names.get(actor.id) ?? actor.kind,
    data,
  }));
}

async function recentOf(db: Store, tenantId: string, { userId, actionId }: ActionRow) {
  const filter = {
    tenantId,
    userId,
    firstId: firstIdAt(0),
    endId: 'ffffffff-ffff-ffff-ffff-ffffffffffff',
    actionCode: undefined,
    state: undefined,
    ipAddress: undefined,
    deviceId: undefined,
    method: undefined,
    ruleId: undefined,
    custom: undefined,
  };
  const { actions } = await searchActions(db, filter, { batch: recentMax + 1, max: recentMax + 1 });
  return actions
    .filter((other) => other.actionId !== actionId)
    .slice(0, recentMax)
    .map(listedActionView);
}
