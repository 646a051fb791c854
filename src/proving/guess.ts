import type { VerifyReply } from '../contract/client/values.ts';
import type { Route } from '../contract/route.ts';
import type { ClientRequest, Context, KeyRequest } from '../operations/operation.ts';
import { recordRefusal } from '../operations/record-refusal.ts';
import type { Tenant } from '../storage/published.ts';
import { spendAttempt, spendAttemptAtCodes } from '../storage/queries/guess-budgets.ts';
import type { Guess, GuessSubject } from '../storage/queries/guess-budgets.ts';
import { guessLimit } from './guess-limit.ts';

/** The answer to what could not be the code, whatever that is: it is no guess, so nothing is counted, and nothing written (ruling 45). */
export const notACode = { isVerified: false, failureReason: 'CODE_INVALID_OR_EXPIRED' } as const;

/** Spends a guess before anything is compared (ruling 16). False if there is none left; then nothing may be looked at. */
export function spendGuess(context: Context, tenant: Tenant, subject: GuessSubject): Promise<boolean> {
  return spendAttempt(context.db, subject, guessOf(context, tenant, subject));
}

/**
 * The same for a guess at codes that were sent, of which a few may be good at once (ruling 44). Gives the challenges whose
 * codes it may be compared with; none if there is no guess left.
 */
export function spendGuessAtCodes(
  context: Context,
  tenant: Tenant,
  subject: GuessSubject,
  challengeIds: readonly string[],
): Promise<readonly string[]> {
  return spendAttemptAtCodes(context.db, subject, guessOf(context, tenant, subject), challengeIds);
}

function guessOf({ runtime }: Context, tenant: Tenant, { verificationMethod }: GuessSubject): Guess {
  const limit = guessLimit(tenant, verificationMethod);
  return { limit, noticeId: runtime.ids.uuid(), nowMs: runtime.clock.now() };
}

/**
 * The answer to a guess that was wrong or too many, with its audit event. A wrong code is not an error. What is told of a
 * code that was used before is the same as of a wrong one; the audit event tells them apart (NIST SP 800-63B-4 §3.1.4.2).
 */
export async function refuseGuess(
  context: Context,
  request: KeyRequest<Route> | ClientRequest<Route>,
  userId: string | undefined,
  guess: { readonly verificationMethod: string; readonly challengeId?: string },
  failureReason: 'CODE_INVALID_OR_EXPIRED' | 'MAX_ATTEMPTS_EXCEEDED',
  auditReason: string = failureReason,
): Promise<VerifyReply> {
  await recordRefusal(context, request, userId, { ...guess, reason: auditReason });
  return { isVerified: false, failureReason };
}
