import { recordAudit } from '../../calls/record-audit.ts';
import { revealContacts as route } from '../../contract/portal/people.ts';
import { Refusal } from '../../contract/errors.ts';
import { lockUser } from '../../storage/queries/users.ts';
import { omitAbsent } from '../../views/omit-absent.ts';
import { operation } from '../operation.ts';

export const revealContacts = operation(route, async (context, request) => {
  const { caller, params, body } = request;
  const { userId } = params;
  // Who saw them is recorded before they are told.
  return context.db.transaction(async (sql) => {
    const user = await lockUser(sql, caller.tenant.tenantId, userId);
    if (user === undefined) throw new Refusal('not_found', 'There is no such user.');
    await recordAudit(sql, context, route, request, userId, { reason: body.reason });
    return omitAbsent({ email: user.email, phoneNumber: user.phoneNumber });
  });
});
