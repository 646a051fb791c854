import { deleteUser as route } from '../../contract/server/users.ts';
import { guessSubjects } from '../../counting/guess-subject.ts';
import { loadVerifiedAuthenticators } from '../../storage/queries/authenticators.ts';
import { removeUserActions } from '../../storage/queries/departures.ts';
import { emptyEventsOfUser } from '../../storage/queries/events.ts';
import { deleteGuessBudgets } from '../../storage/queries/guess-budgets.ts';
import { deleteUserRow, lockUser } from '../../storage/queries/users.ts';
import { tellAuthenticatorChanges } from '../../telling/tell-authenticator-changes.ts';
import { operation } from '../operation.ts';
import { recordAudit } from '../../calls/record-audit.ts';

// No tenant's own limit counts guesses for longer.
const triesCountMs = 24 * 3_600_000;

export const deleteUser = operation(route, async (context, request) => {
  const { caller, params, query } = request;
  const { tenant } = caller;
  const { tenantId } = tenant;
  const { userId } = params;
  const { runtime } = context;
  return context.db.transaction(async (sql) => {
    const nowMs = runtime.clock.now();
    // Locked first: what a track adds meanwhile is removed by a job, and whoever is created next has none of it.
    // Whoever is created after this has found nobody is another user.
    if ((await lockUser(sql, tenantId, userId)) === undefined) return { success: true } as const;
    // The slash makes it different from every id that a caller can choose.
    const pseudonym = query.actions === 'false' ? `deleted/${runtime.random.bytes(16).toString('hex')}` : null;
    await removeUserActions(sql, { tenantId, userId, pseudonym, nowMs });
    const authenticators = await loadVerifiedAuthenticators(sql, tenantId, userId);
    const guesses = guessSubjects(tenant, userId, authenticators);
    await deleteGuessBudgets(sql, tenantId, { userId, ...guesses }, nowMs - triesCountMs);
    await deleteUserRow(sql, tenantId, userId);
    await tellAuthenticatorChanges(sql, context, tenantId, userId, authenticators);
    await emptyEventsOfUser(sql, tenantId, userId, nowMs);
    await recordAudit(sql, context, route, request, userId, { keptActions: query.actions === 'false' });
    return { success: true } as const;
  });
});
