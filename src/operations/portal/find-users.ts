import { findUsers as route } from '../../contract/portal/people.ts';
import { permits } from '../../contract/portal/roles.ts';
import { findUserRows } from '../../storage/queries/users.ts';
import { listedUserView } from '../../views/listed-user-view.ts';
import { omitAbsent } from '../../views/omit-absent.ts';
import { operation } from '../operation.ts';

export const findUsers = operation(route, async ({ db }, { caller: { tenant, roles }, query }) => {
  const { words, cursor: afterUserId, limit = 50 } = query;
  const seesContacts = permits(roles, 'contacts:read');
  // One more than asked for, to know whether there are more.
  const rows = await findUserRows(db, tenant.tenantId, { words: words?.trim(), afterUserId, limit: limit + 1 });
  const shown = rows.slice(0, limit);
  return {
    users: shown.map((row) => listedUserView(row, seesContacts)),
    ...omitAbsent({ nextCursor: rows.length > limit ? shown.at(-1)?.userId : undefined }),
  };
});
