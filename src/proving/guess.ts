import type { VerifyReply } from '../contract/client/values.ts';
import type { Route } from '../contract/route.ts';
import type { ClientRequest, Context, KeyRequest } from '../operations/operation.ts';
import { recordRefusal } from '../operations/record-refusal.ts';
import type { Tenant } from '../storage/published.ts';
import { spendAttempt } from '../storage/queries/guess-budgets.ts';
import type { GuessSubject } from '../storage/queries/guess-budgets.ts';
import { guessLimit } from './guess-limit.ts';

/** The answer to what could not be the code, whatever that is: it is no guess, so nothing is counted, and nothing written (ruling 45). */
export const notACode = { isVerified: false, failureReason: 'CODE_INVALID_OR_EXPIRED' } as const;

/** Spends a guess before anything is compared (ruling 16). False if there is none left; then nothing may be looked at. */
export function spendGuess(
  { db, runtime }: Context,
  tenant: Tenant,
  subject: GuessSubject,
  challengeId: string | undefined,
): Promise<boolean> {
  const limit = guessLimit(tenant, subject.verificationMethod);
  return spendAttempt(db, subject, {
    challengeId,
    limit,
    noticeId: runtime.ids.uuid(),
    nowMs: runtime.clock.now(),
  });
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
