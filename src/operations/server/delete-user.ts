import { deleteUser as route } from '../../contract/server/users.ts';
import { guessSubjects } from '../../proving/guess-subject.ts';
import { holdTracks } from '../../storage/queries/actions.ts';
import { loadVerifiedAuthenticators } from '../../storage/queries/authenticators.ts';
import { removeUserActions } from '../../storage/queries/departed-users.ts';
import { deleteGuessBudgets } from '../../storage/queries/guess-budgets.ts';
import { deleteUserRow, lockUser } from '../../storage/queries/users.ts';
import { operation } from '../operation.ts';
import { recordAudit } from '../record-audit.ts';

// No tenant's own limit counts tries for longer.
const triesCountMs = 24 * 3_600_000;

export const deleteUser = operation(route, async (context, request) => {
  const { caller, params, query } = request;
  const { tenant } = caller;
  const { tenantId } = tenant;
  const { userId } = params;
  const { runtime } = context;
  return context.db.transaction(async (sql) => {
    const nowMs = runtime.clock.now();
    // Held first, so that nothing is added to a user who is going.
    await holdTracks(sql, tenantId, userId);
    await lockUser(sql, tenantId, userId);
    // The slash keeps it apart from every id that a caller can choose.
    const pseudonym = query.actions === 'false' ? `deleted/${runtime.random.bytes(16).toString('hex')}` : null;
    await removeUserActions(sql, { tenantId, userId, pseudonym, nowMs });
    const guesses = guessSubjects(tenant, userId, await loadVerifiedAuthenticators(sql, tenantId, userId));
    await deleteGuessBudgets(sql, tenantId, { userId, ...guesses }, nowMs - triesCountMs);
    const existed = await deleteUserRow(sql, tenantId, userId);
    if (existed) await recordAudit(sql, context, route, request, userId, { keptActions: query.actions === 'false' });
    return { success: true } as const;
  });
});
