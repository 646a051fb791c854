import { deleteUser as route } from '../../contract/server/users.ts';
import { deleteUserActions, holdTracks, pseudonymiseUserActions } from '../../storage/queries/actions.ts';
import { deleteUserGuessBudgets } from '../../storage/queries/guess-budgets.ts';
import { deleteUserRow, lockUser } from '../../storage/queries/users.ts';
import { operation } from '../operation.ts';
import { recordAudit } from '../record-audit.ts';

export const deleteUser = operation(route, async (context, request) => {
  const { caller, params, query } = request;
  const { tenantId } = caller.tenant;
  return context.db.transaction(async (sql) => {
    // Held first, so that nothing is added to a user who is going.
    await holdTracks(sql, tenantId, params.userId);
    await lockUser(sql, tenantId, params.userId);
    if (query.actions === 'false') {
      // The slash keeps it apart from every id that a caller can choose.
      const pseudonym = `deleted/${context.runtime.random.bytes(16).toString('hex')}`;
      await pseudonymiseUserActions(sql, tenantId, params.userId, pseudonym);
    } else {
      await deleteUserActions(sql, tenantId, params.userId);
    }
    await deleteUserGuessBudgets(sql, tenantId, params.userId);
    const existed = await deleteUserRow(sql, tenantId, params.userId);
    if (existed)
      await recordAudit(sql, context, route, request, params.userId, { keptActions: query.actions === 'false' });
    return { success: true } as const;
  });
});
