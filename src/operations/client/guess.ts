import type { VerifyReply } from '../../contract/client/values.ts';
import { spendAttempt } from '../../storage/queries/guess-budgets.ts';
import type { GuessSubject } from '../../storage/queries/guess-budgets.ts';
import type { Route } from '../../contract/route.ts';
import { guessLimit } from '../guess-limit.ts';
import type { Context, TokenRequest } from '../operation.ts';
import { recordRefusal } from '../record-refusal.ts';
import type { OpenAction } from './open-action.ts';

/** Whose guesses a code of the action's user is counted against. */
export function guessSubject({ key }: OpenAction, verificationMethod: string): GuessSubject {
  return { tenantId: key.tenantId, subject: `user:${key.userId}`, verificationMethod, canLock: true };
}

/**
 * Spends a guess before anything is compared. Gives the answer for when there is none left, undefined if the guess may be
 * looked at.
 */
export async function spendGuess(
  context: Context,
  request: TokenRequest<Route>,
  action: OpenAction,
  subject: GuessSubject,
  challengeId: string | undefined,
): Promise<VerifyReply | undefined> {
  const { db, runtime } = context;
  const limit = guessLimit(action.tenant, subject.verificationMethod);
  const guess = { challengeId, limit, noticeId: runtime.ids.uuid(), nowMs: runtime.clock.now() };
  if (await spendAttempt(db, subject, guess)) return undefined;
  return refuseGuess(context, request, action, subject.verificationMethod, 'MAX_ATTEMPTS_EXCEEDED');
}

/**
 * The answer to a guess that was wrong or too many, with its audit event. A wrong code is not an error. What is told of a
 * code that was used before is the same as of a wrong one; the audit event tells them apart (NIST SP 800-63B-4 §3.1.4.2).
 */
export async function refuseGuess(
  context: Context,
  request: TokenRequest<Route>,
  { key }: OpenAction,
  verificationMethod: string,
  failureReason: 'CODE_INVALID_OR_EXPIRED' | 'MAX_ATTEMPTS_EXCEEDED',
  auditReason: string = failureReason,
): Promise<VerifyReply> {
  await recordRefusal(context, request, key.userId, { verificationMethod, reason: auditReason });
  return { isVerified: false, failureReason };
}
