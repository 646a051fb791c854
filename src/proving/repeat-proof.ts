import type { VerifyReply } from '../contract/client/values.ts';
import { closedStates } from '../core/actions/closed-states.ts';
import type { Context } from '../operations/operation.ts';
import { digestsEqual, hmacSha256 } from '../runtime/crypto.ts';
import { giveBackAttempt } from '../storage/queries/guess-budgets.ts';
import type { GuessSubject } from '../storage/queries/guess-budgets.ts';
import { loadTokenAction } from '../storage/queries/token-actions.ts';
import type { OpenAction } from './open-action.ts';
import type { ProofStrength } from './permit.ts';
import { proofToken } from './proof-token.ts';

/**
 * Answers a request again that brings the very code which this action accepted last, by the same method (ruling 16): its
 * answer may have been lost. It earns what it earned then and for no longer, so that nobody stays by asking again and again.
 * The attempt is given back. Undefined for any other code.
 */
export async function repeatProof(
  context: Context,
  action: OpenAction,
  given: Omit<ProofStrength, 'isRegistration'> & { readonly code: string },
  subject: GuessSubject,
): Promise<VerifyReply | undefined> {
  const now = await loadTokenAction(context.db, action.key);
  const isRepeat =
    now?.proof_method === given.method &&
    now.action_id === action.token.actionId &&
    !closedStates.includes(now.state) &&
    now.proof_hmac !== null &&
    digestsEqual(now.proof_hmac, proofHmac(action, given.method, given.code));
  if (!isRepeat) return undefined;
  const verified = now.authenticators.filter((row) => row.verified_at !== null);
  const proven = verified.find((row) => row.verification_method === given.method);
  const { tokenDurationInMinutes } = action.tenant.settings;
  const leftMs = (proven?.last_verified_at ?? 0) + tokenDurationInMinutes * 60_000 - context.runtime.clock.now();
  if (proven === undefined || leftMs < 1_000) return undefined;
  // Proven once, when it was enrolled: that was no proof of the user, unless it was their first.
  const isRegistration = proven.verified_at === proven.last_verified_at;
  const before = {
    ...action,
    row: now,
    verified: isRegistration ? verified.filter((row) => row !== proven) : verified,
  };
  await giveBackAttempt(context.db, subject);
  const accessToken = proofToken(context, before, { ...given, isRegistration }, Math.floor(leftMs / 1_000));
  return { isVerified: true, accessToken };
}

/** What an action remembers of the code that it accepted last. */
export function proofHmac({ tenant, token }: OpenAction, method: string, code: string): Buffer {
  return hmacSha256(tenant.codeKey, JSON.stringify(['proof', token.actionId, method, code]));
}
