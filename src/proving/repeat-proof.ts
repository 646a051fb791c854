import type { VerifyReply } from '../contract/client/values.ts';
import { closedStates } from '../core/actions/closed-states.ts';
import { isVerified } from '../core/is-verified.ts';
import type { Context } from '../calls/context.ts';
import { digestsEqual, hmacSha256 } from '../runtime/crypto.ts';
import { giveBackAttempt } from '../storage/queries/guess-budgets.ts';
import type { GuessSubject } from '../storage/queries/guess-budgets.ts';
import { loadTokenAction } from '../storage/queries/actions/of-token.ts';
import type { OpenAction } from './open-action.ts';
import { earnedNow } from './permit.ts';
import { proofToken } from './proof-token.ts';
import type { Earned } from './token-powers.ts';

/**
 * Repeats the response to the code that this action accepted last, by the same method (ruling 16): the first response
 * may have been lost. It earns what it earned then, whatever has changed since, and the token expires no later, so that
 * repeats never extend access. The guess is given back. Undefined for any other code.
 */
export async function repeatProof(
  context: Context,
  action: OpenAction,
  given: { readonly method: string; readonly code: string },
  subject: GuessSubject,
): Promise<VerifyReply | undefined> {
  const now = await loadTokenAction(context.db, action.key);
  const isOpen = now?.actionId === action.token.actionId && !closedStates.includes(now.state);
  const earned = isOpen ? earnedBefore({ ...action, row: now }, given) : undefined;
  if (now === undefined || earned === undefined) return undefined;
  const isStillThere = now.authenticators.some((row) => row.verificationMethod === given.method && isVerified(row));
  const { tokenDurationInMinutes } = action.tenant.settings;
  const leftMs = earned.atMs + tokenDurationInMinutes * 60_000 - context.runtime.clock.now();
  if (!isStillThere || leftMs < 1_000) return undefined;
  await giveBackAttempt(context.db, subject);
  return { isVerified: true, accessToken: proofToken(context, action, earned, Math.floor(leftMs / 1_000)) };
}

/** What the proof by this code has earned, if the action accepted it last. */
export function earnedBefore(
  action: OpenAction,
  given: { readonly method: string; readonly code: string },
): Earned | undefined {
  const { proofMethod, proofHmac: stored, proofEarned } = action.row;
  if (proofMethod !== given.method || stored === null || proofEarned === null) return undefined;
  if (!digestsEqual(stored, proofHmac(action, given.method, given.code))) return undefined;
  return earnedNow(action, proofEarned as Earned);
}

/** What an action stores of the code, or of the link's challenge, that it accepted last. */
export function proofHmac({ tenant, token }: OpenAction, method: string, code: string): Buffer {
  return hmacSha256(tenant.codeKey, JSON.stringify(['proof', token.actionId, method, code]));
}
