import type { Context } from '../calls/context.ts';
import { loadGuessCounts } from '../storage/queries/guess-budgets.ts';
import { guessLimit, limitedUntil } from '../counting/guess-limit.ts';
import { guessSubjects, userGuesses } from '../counting/guess-subject.ts';
import type { OpenAction } from './open-action.ts';

/** Whether a guess at one of a user's methods would be accepted now. */
export interface GuessWait {
  /** No guess is left until the method is unlocked. */
  readonly isLocked: boolean;
  /**
   * When the next guess is accepted, after failures or by the tenant's own limit; undefined if one is now. Unix
   * milliseconds.
   */
  readonly untilMs: number | undefined;
}

/** Reads how long guesses at the user's methods have to wait. */
export async function guessWaits(context: Context, action: OpenAction): Promise<(method: string) => GuessWait> {
  const { tenant, key, verified, nowMs } = action;
  const { owner, subjects } = guessSubjects(tenant, key.userId, verified);
  const counts = await loadGuessCounts(context.db, tenant.tenantId, owner, subjects);
  return (method) => {
    const { subject } = userGuesses(action, method);
    const of = counts.filter((row) => row.verificationMethod === method);
    const budget = of.find((row) => row.subject === subject);
    const limit = guessLimit(tenant, method);
    const tries = of.flatMap((row) => row.triedAt);
    const limitedMs = limit === undefined ? undefined : limitedUntil(limit, tries, nowMs);
    const untilMs = Math.max(budget?.nextTryAt ?? 0, limitedMs ?? 0);
    return { isLocked: budget?.isLocked === true, untilMs: untilMs > nowMs ? untilMs : undefined };
  };
}
