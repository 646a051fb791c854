import type { Context } from '../calls/context.ts';
import { recordAudit } from '../calls/record-audit.ts';
import type { KeyRequest } from '../calls/request.ts';
import type { Route } from '../contract/route.ts';
import { guessSubjects } from '../counting/guess-subject.ts';
import { holdActionLog } from '../storage/queries/action-log.ts';
import { loadVerifiedAuthenticators } from '../storage/queries/authenticators.ts';
import { removeUserActions } from '../storage/queries/departures.ts';
import { emptyEventsOfUser } from '../storage/queries/events.ts';
import { deleteGuessBudgets } from '../storage/queries/guess-budgets.ts';
import { deleteUserRow, lockUser } from '../storage/queries/users.ts';
import { tellAuthenticatorChanges } from '../telling/tell-authenticator-changes.ts';

// No tenant's own limit counts guesses for longer.
const triesCountMs = 24 * 3_600_000;

/** Deletes a user with everything that belongs to them, for the holder of a key. False if there is no such user. */
export function deleteUser<R extends Route>(
  context: Context,
  request: KeyRequest<R>,
  route: R,
  { userId, keepsActions }: { readonly userId: string; readonly keepsActions: boolean },
): Promise<boolean> {
  const { tenant } = request.caller;
  const { tenantId } = tenant;
  const { runtime } = context;
  return context.db.transaction(async (sql) => {
    const nowMs = runtime.clock.now();
    // Locked first: what a track adds meanwhile is removed by a job, and whoever is created next has none of it.
    // Whoever is created after this has found nobody is another user.
    if ((await lockUser(sql, tenantId, userId)) === undefined) return false;
    // The slash makes it different from every id that a caller can choose.
    const pseudonym = keepsActions ? `deleted/${runtime.random.bytes(16).toString('hex')}` : null;
    await removeUserActions(sql, { tenantId, userId, pseudonym, nowMs });
    const authenticators = await loadVerifiedAuthenticators(sql, tenantId, userId);
    const guesses = guessSubjects(tenant, userId, authenticators);
    await deleteGuessBudgets(sql, tenantId, { userId, ...guesses }, nowMs - triesCountMs);
    await deleteUserRow(sql, tenantId, userId);
    await tellAuthenticatorChanges(sql, context, tenantId, userId, authenticators);
    await holdActionLog(sql, tenantId);
    await emptyEventsOfUser(sql, tenantId, userId, nowMs);
    await recordAudit(sql, context, route, request, userId, { keptActions: keepsActions });
    return true;
  });
}
