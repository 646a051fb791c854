import { formerOperator } from '../../activity/review-people.ts';
import { isUuid } from '../../calls/is-uuid.ts';
import { listSimilarReviews as route } from '../../contract/portal/activity.ts';
import { Refusal } from '../../contract/errors.ts';
import { permits } from '../../contract/portal/roles.ts';
import { userActionState } from '../../contract/values.ts';
import { readDecisionRecord } from '../../core/actions/stored-decision-record.ts';
import { maskContactsWithin } from '../../core/authenticators/mask-contact.ts';
import { loadActionById } from '../../storage/queries/actions/search.ts';
import { loadOperatorEmails } from '../../storage/queries/operators.ts';
import { listSimilarReviews as listRows } from '../../storage/queries/reviews.ts';
import type { SimilarReview } from '../../storage/queries/reviews.ts';
import { portalTenantId } from '../../storage/queries/tenants.ts';
import { omitAbsent } from '../../views/omit-absent.ts';
import { wireTime } from '../../views/wire-values.ts';
import { operation } from '../operation.ts';

const shownMax = 20;

export const listSimilarReviews = operation(route, async ({ db }, { caller, params }) => {
  const { tenant, roles } = caller;
  const { tenantId } = tenant;
  const action = isUuid(params.actionId) ? await loadActionById(db, tenantId, params.actionId) : undefined;
  if (action === undefined) throw new Refusal('not_found', 'There is no such action.');
  const { decidingRuleId } = readDecisionRecord(action.decision);
  const rows = await listRows(db, tenantId, action, { decidingRuleId, max: shownMax });
  const deciders = rows.flatMap(({ reviewedBy }) => reviewedBy ?? []);
  const names = await loadOperatorEmails(db, portalTenantId, [...new Set(deciders)]);
  const seesContacts = permits(roles, 'contacts:read');
  return rows.map((row) => ({
    actionId: row.actionId,
    userId: row.userId,
    actionCode: row.actionCode,
    state: userActionState.parse(row.state),
    createdAt: wireTime(row.createdAt),
    alike: alikeOf(row),
    decidedBy: row.reviewedBy === null ? 'API' : (names.get(row.reviewedBy) ?? formerOperator),
    decidedAt: wireTime(row.reviewedAt),
    ...omitAbsent({ note: seesContacts ? row.note : maskContactsWithin(row.note, []) }),
  }));
});

function alikeOf({ isSameUser, isSameAddress, isSameDevice, isSameRule }: SimilarReview) {
  return [
    ...(isSameUser ? (['USER'] as const) : []),
    ...(isSameAddress ? (['ADDRESS'] as const) : []),
    ...(isSameDevice ? (['DEVICE'] as const) : []),
    ...(isSameRule ? (['RULE'] as const) : []),
  ];
}
