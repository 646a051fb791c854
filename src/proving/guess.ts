import type { VerifyReply } from '../contract/client/values.ts';
import type { Route } from '../contract/route.ts';
import type { Context } from '../calls/context.ts';
import type { KnownRequest } from '../calls/request.ts';
import { recordRefusal } from '../calls/record-refusal.ts';
import type { Tenant } from '../storage/published.ts';
import { spendAttempt, spendAttemptAtCodes } from '../storage/queries/guess-budgets.ts';
import type { Guess, GuessSubject, SpentGuess } from '../storage/queries/guess-budgets.ts';
import { guessLimit } from '../counting/guess-limit.ts';

/**
 * The response to input that cannot be the code, whatever the code is. It is not a guess, so nothing is counted or
 * written (ruling 45).
 */
export const notACode = { isVerified: false, failureReason: 'CODE_INVALID_OR_EXPIRED' } as const;

/** Spends a guess before anything is compared (ruling 16). False if none is left; then nothing may be compared. */
export async function spendGuess(context: Context, tenant: Tenant, subject: GuessSubject): Promise<boolean> {
  const spent = await spendAttempt(context.db, subject, guessOf(context, tenant, subject));
  return tallied(context, subject, spent) !== undefined;
}

/**
 * The same for a guess at sent codes, of which a few may be valid at once (ruling 44). Returns the challenges whose
 * codes it may be compared with; none if no guess is left.
 */
export async function spendGuessAtCodes(
  context: Context,
  tenant: Tenant,
  subject: GuessSubject,
  challengeIds: readonly string[],
): Promise<readonly string[]> {
  const spent = await spendAttemptAtCodes(context.db, subject, guessOf(context, tenant, subject), challengeIds);
  return tallied(context, subject, spent)?.challengeIds ?? [];
}

function tallied(
  { meter }: Context,
  { tenantId, verificationMethod }: GuessSubject,
  spent: SpentGuess | undefined,
): SpentGuess | undefined {
  if (spent?.isLast === true) meter.lockedOut(tenantId, verificationMethod);
  return spent;
}

function guessOf({ runtime }: Context, tenant: Tenant, { verificationMethod }: GuessSubject): Guess {
  const limit = guessLimit(tenant, verificationMethod);
  return { limit, noticeId: runtime.ids.uuid(), nowMs: runtime.clock.now() };
}

/**
 * The response to a guess that was wrong or too many, with its audit event. A wrong code is not an error. A code that
 * was used before gets the same response as a wrong one; only the audit event distinguishes them (NIST SP 800-63B-4
 * §3.1.4.2).
 */
export async function answerWrongGuess(
  context: Context,
  request: KnownRequest<Route>,
  userId: string | undefined,
  guess: { readonly verificationMethod: string; readonly challengeId?: string },
  failureReason: 'CODE_INVALID_OR_EXPIRED' | 'MAX_ATTEMPTS_EXCEEDED',
  auditReason: string = failureReason,
  of?: Parameters<typeof recordRefusal>[4],
): Promise<VerifyReply> {
  await recordRefusal(context, request, userId, { ...guess, reason: auditReason }, of);
  return { isVerified: false, failureReason };
}
