import type { VerifyReply } from '../contract/client/values.ts';
import { closedStates } from '../core/actions/closed-states.ts';
import type { Context } from '../operations/operation.ts';
import { digestsEqual, hmacSha256 } from '../runtime/crypto.ts';
import { giveBackAttempt } from '../storage/queries/guess-budgets.ts';
import type { GuessSubject } from '../storage/queries/guess-budgets.ts';
import { loadTokenAction } from '../storage/queries/token-actions.ts';
import type { OpenAction } from './open-action.ts';
import { earnedNow } from './permit.ts';
import { proofToken } from './proof-token.ts';
import type { Earned } from './token-powers.ts';

/**
 * Answers a request again that brings the very code which this action accepted last, by the same method (ruling 16): its
 * answer may have been lost. It earns what it earned then, whatever has changed since, and for no longer, so that nobody
 * stays by asking again and again. The attempt is given back. Undefined for any other code.
 */
export async function repeatProof(
  context: Context,
  action: OpenAction,
  given: { readonly method: string; readonly code: string },
  subject: GuessSubject,
): Promise<VerifyReply | undefined> {
  const now = await loadTokenAction(context.db, action.key);
  const isOpen = now?.action_id === action.token.actionId && !closedStates.includes(now.state);
  const earned = isOpen ? earnedBefore({ ...action, row: now }, given) : undefined;
  if (now === undefined || earned === undefined) return undefined;
  const isStillThere = now.authenticators.some(
    (row) => row.verification_method === given.method && row.verified_at !== null,
  );
  const { tokenDurationInMinutes } = action.tenant.settings;
  const leftMs = earned.atMs + tokenDurationInMinutes * 60_000 - context.runtime.clock.now();
  if (!isStillThere || leftMs < 1_000) return undefined;
  await giveBackAttempt(context.db, subject);
  return { isVerified: true, accessToken: proofToken(context, action, earned, Math.floor(leftMs / 1_000)) };
}

/** What the proof by this very code has earned, if it is the one that the action accepted last. */
export function earnedBefore(
  action: OpenAction,
  given: { readonly method: string; readonly code: string },
): Earned | undefined {
  const { proof_method, proof_hmac, proof_earned } = action.row;
  if (proof_method !== given.method || proof_hmac === null || proof_earned === null) return undefined;
  if (!digestsEqual(proof_hmac, proofHmac(action, given.method, given.code))) return undefined;
  return earnedNow(action, proof_earned as Earned);
}

/** What an action remembers of the code, or of the link's challenge, that it accepted last. */
export function proofHmac({ tenant, token }: OpenAction, method: string, code: string): Buffer {
  return hmacSha256(tenant.codeKey, JSON.stringify(['proof', token.actionId, method, code]));
}
