import { deleteUser as route } from '../../contract/server/users.ts';
import { holdTracks } from '../../storage/queries/actions.ts';
import { removeUserActions } from '../../storage/queries/departed-users.ts';
import { deleteUserGuessBudgets } from '../../storage/queries/guess-budgets.ts';
import { deleteUserRow, lockUser } from '../../storage/queries/users.ts';
import { operation } from '../operation.ts';
import { recordAudit } from '../record-audit.ts';

export const deleteUser = operation(route, async (context, request) => {
  const { caller, params, query } = request;
  const { tenantId } = caller.tenant;
  const { runtime } = context;
  return context.db.transaction(async (sql) => {
    // Held first, so that nothing is added to a user who is going.
    await holdTracks(sql, tenantId, params.userId);
    await lockUser(sql, tenantId, params.userId);
    // The slash keeps it apart from every id that a caller can choose.
    const pseudonym = query.actions === 'false' ? `deleted/${runtime.random.bytes(16).toString('hex')}` : null;
    await removeUserActions(sql, { tenantId, userId: params.userId, pseudonym, nowMs: runtime.clock.now() });
    await deleteUserGuessBudgets(sql, tenantId, params.userId);
    const existed = await deleteUserRow(sql, tenantId, params.userId);
    if (existed)
      await recordAudit(sql, context, route, request, params.userId, { keptActions: query.actions === 'false' });
    return { success: true } as const;
  });
});
