import { permits } from '../contract/portal/roles.ts';
import { maskContactsWithin } from '../core/authenticators/mask-contact.ts';
import { listMembershipsOf } from '../storage/queries/memberships.ts';
import type { ReviewRow } from '../storage/queries/reviews.ts';
import { portalTenantId } from '../storage/queries/tenants.ts';
import type { Sql } from '../storage/sql.ts';
import { omitAbsent } from '../views/omit-absent.ts';
import { wireTime } from '../views/wire-values.ts';
import { formerOperator } from './review-people.ts';

type First = Pick<ReviewRow, 'firstBy' | 'firstAt' | 'firstNote'>;

/** The first of two approvals as operators see it; undefined if there is none. `names` has email addresses by id. */
export function firstApprovalView(
  { firstBy, firstAt, firstNote }: First,
  operatorId: string,
  names: ReadonlyMap<string, string>,
  seesContacts: boolean,
) {
  if (firstBy === null || firstAt === null) return undefined;
  return {
    by: names.get(firstBy) ?? formerOperator,
    isOwn: firstBy === operatorId,
    at: wireTime(firstAt),
    ...omitAbsent({ note: seesContacts ? firstNote : maskContactsWithin(firstNote, []) }),
  };
}

/** Whether who gave the first approval may still decide: it counts no longer if they left, or lost the role. */
export async function isFirstStillGood(sql: Sql, tenantId: string, firstBy: string): Promise<boolean> {
  const memberships = await listMembershipsOf(sql, portalTenantId, firstBy);
  return memberships.some(({ memberOf, roles }) => memberOf === tenantId && permits(roles, 'reviews:decide'));
}
