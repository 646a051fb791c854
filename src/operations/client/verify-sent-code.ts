import type { VerifyReply } from '../../contract/client/values.ts';
import type { Route } from '../../contract/route.ts';
import { assuranceOf } from '../../core/authenticators/assurance.ts';
import { contactOf, haveSameContact } from '../../core/authenticators/contact.ts';
import { readCode } from '../../core/challenges/read-code.ts';
import { acceptProof } from '../../proving/accept-proof.ts';
import { isCode } from '../../proving/challenge-code.ts';
import { notACode, refuseGuess, spendGuess } from '../../proving/guess.ts';
import { userGuesses } from '../../proving/guess-subject.ts';
import { openAction } from '../../proving/open-action.ts';
import { pendingEnrolment } from '../../proving/pending-enrolment.ts';
import { permitEnrolment, permitProof, requireUsable } from '../../proving/permit.ts';
import { repeatProof } from '../../proving/repeat-proof.ts';
import { loadLatestActionChallenge } from '../../storage/queries/action-challenges.ts';
import type { Context, TokenRequest } from '../operation.ts';
import { proofReply } from './proof-reply.ts';

/**
 * Checks a code that was sent: spend, compare, consume (ruling 16). Only the one that was sent last for this action counts,
 * and only while the authenticator is still at the address that it was sent to.
 */
export async function verifySentCode<R extends Route>(
  context: Context,
  request: TokenRequest<R>,
  route: R,
  method: string,
  given: string,
): Promise<VerifyReply> {
  const action = await openAction(context, request.caller);
  requireUsable(action, method);
  const { tenant, key } = action;
  const guess = { verificationMethod: method };
  const refuse = () => refuseGuess(context, request, key.userId, guess, 'CODE_INVALID_OR_EXPIRED');
  const challenge = await loadLatestActionChallenge(context.db, key, method);
  const authenticator = action.row.authenticators.find(
    (row) => row.authenticator_id === challenge?.authenticator_id && haveSameContact(row, challenge),
  );
  if (challenge === undefined || authenticator === undefined || challenge.code_hmac === null) return refuse();
  const { challenge_id: challengeId, code_hmac: codeHmac } = challenge;
  const code = readCode(given, challenge.code_length);
  const isPending = authenticator.verified_at === null;
  const isUsed = challenge.verified_at !== null;
  if (isPending) permitEnrolment(action, method);
  else if (!isUsed) permitProof(action, method);

  if (!isUsed && challenge.expires_at <= context.runtime.clock.now()) return refuse();
  if (code === undefined) return notACode;
  const subject = userGuesses(action, method, challenge);
  // A used code has no tries of its own left to count: it is only ever answered again.
  if (!(await spendGuess(context, tenant, subject, isUsed ? undefined : challengeId))) {
    return refuseGuess(context, request, key.userId, guess, 'MAX_ATTEMPTS_EXCEEDED');
  }

  const proof = { method, assurance: assuranceOf(method, false), code };
  if (!isUsed && isCode(tenant, challengeId, code, codeHmac)) {
    const good = {
      ...proof,
      isRegistration: isPending,
      authenticator,
      contact: contactOf(authenticator),
      subject,
      consume: { kind: 'code', challengeId, codeHmac, at: authenticator } as const,
      ...(isPending ? { enrol: pendingEnrolment(authenticator) } : {}),
    };
    const accepted = await acceptProof(context, request, route, action, good);
    if (accepted !== undefined) return proofReply(context, accepted);
  }
  return (await repeatProof(context, action, proof, subject)) ?? refuse();
}
