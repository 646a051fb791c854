import type { VerifyReply } from '../../contract/client/values.ts';
import type { Route } from '../../contract/route.ts';
import { assuranceOf } from '../../core/authenticators/assurance.ts';
import { loadLatestActionChallenge } from '../../storage/queries/action-challenges.ts';
import { isCode } from '../challenge-code.ts';
import type { Context, TokenRequest } from '../operation.ts';
import { acceptEnrolment, acceptProof, repeatProof } from './accept-proof.ts';
import { guessSubject, refuseGuess, spendGuess } from './guess.ts';
import { openAction } from './open-action.ts';
import { permitEnrolment, permitProof, requireActive } from './permit.ts';

/**
 * Checks a code that was sent: spend, compare, consume (ruling 16). Only the one that was sent last for this action counts,
 * and only while the authenticator is still at the address that it was sent to.
 */
export async function verifySentCode<R extends Route>(
  context: Context,
  request: TokenRequest<R>,
  route: R,
  method: string,
  code: string,
): Promise<VerifyReply> {
  const action = await openAction(context, request.caller);
  requireActive(action, method);
  const refuse = () => refuseGuess(context, request, action, method, 'CODE_INVALID_OR_EXPIRED');
  const challenge = await loadLatestActionChallenge(context.db, action.key, method);
  const authenticator = action.row.authenticators.find(
    (row) => row.authenticator_id === challenge?.authenticator_id && row.email === challenge.email,
  );
  if (challenge === undefined || authenticator === undefined || challenge.code_hmac === null) return refuse();
  const { challenge_id: challengeId, code_hmac: codeHmac } = challenge;
  const isPending = authenticator.verified_at === null;
  const isUsed = challenge.verified_at !== null;
  if (isPending) permitEnrolment(action, method);
  else if (!isUsed) permitProof(action, method);

  if (!isUsed && challenge.expires_at <= context.runtime.clock.now()) return refuse();
  const subject = guessSubject(action, method);
  // A used code has no tries of its own left to count: it is only ever answered again.
  const noneLeft = await spendGuess(context, request, action, subject, isUsed ? undefined : challengeId);
  if (noneLeft !== undefined) return noneLeft;

  const proof = { method, assurance: assuranceOf(method, false), code };
  if (!isUsed && isCode(action.tenant, challengeId, code, codeHmac)) {
    const good = { ...proof, authenticator, consume: { kind: 'code', challengeId, codeHmac } as const };
    const accept = isPending ? acceptEnrolment : acceptProof;
    const reply = await accept(context, request, route, action, good);
    if (reply !== undefined) return reply;
  }
  return (await repeatProof(context, action, proof, subject)) ?? refuse();
}
