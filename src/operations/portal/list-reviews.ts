import { idCursor } from '../../activity/id-cursor.ts';
import { firstApprovalView } from '../../activity/first-approval.ts';
import { listReviews as route } from '../../contract/portal/activity.ts';
import { permits } from '../../contract/portal/roles.ts';
import { loadOperatorEmails } from '../../storage/queries/operators.ts';
import { countWaitingReviews, listWaitingReviews } from '../../storage/queries/reviews.ts';
import { portalTenantId } from '../../storage/queries/tenants.ts';
import { listedActionView } from '../../views/listed-action-view.ts';
import { omitAbsent } from '../../views/omit-absent.ts';
import { operation } from '../operation.ts';

// Before every action.
const firstId = '00000000-0000-0000-0000-000000000000';

export const listReviews = operation(route, async ({ db }, { caller, query }) => {
  const { tenant, operatorId, roles } = caller;
  const { tenantId, settings } = tenant;
  const seesContacts = permits(roles, 'contacts:read');
  const { code: actionCode, limit = 50 } = query;
  const { reviews, nextId } = await listWaitingReviews(db, tenantId, {
    afterId: idCursor(query.cursor) ?? firstId,
    actionCode,
    limit,
  });
  const people = reviews.flatMap(({ takenBy, firstBy }) => [takenBy ?? [], firstBy ?? []].flat());
  const names = await loadOperatorEmails(db, portalTenantId, [...new Set(people)]);
  return {
    reviews: reviews.map(({ action, takenBy, ...first }) => ({
      ...listedActionView(action),
      ...omitAbsent({
        custom: action.custom,
        assignedTo: takenBy === null ? undefined : names.get(takenBy),
        firstApproval: firstApprovalView(first, operatorId, names, seesContacts),
      }),
      isOwn: takenBy === operatorId,
    })),
    waiting: await countWaitingReviews(db, tenantId),
    needsTwoPeople: settings.reviewsNeedTwoPeople,
    ...omitAbsent({ nextCursor: nextId }),
  };
});
