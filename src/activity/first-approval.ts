import { maskContactsWithin } from '../core/authenticators/mask-contact.ts';
import type { ReviewRow } from '../storage/queries/reviews.ts';
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
