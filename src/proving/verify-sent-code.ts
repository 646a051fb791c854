import type { VerifyReply } from '../contract/client/values.ts';
import type { Route } from '../contract/route.ts';
import { assuranceOf } from '../methods/assurance-of.ts';
import { contactOf, haveSameContact } from '../core/authenticators/contact.ts';
import { readCode } from '../core/challenges/read-code.ts';
import { isVerified } from '../core/is-verified.ts';
import { acceptProof } from './accept-proof.ts';
import { besideEnrolment } from './beside-enrolment.ts';
import { isCode } from './challenge-code.ts';
import { notACode, answerWrongGuess, spendGuess, spendGuessAtCodes } from './guess.ts';
import { userGuesses } from '../counting/guess-subject.ts';
import { openAction } from './open-action.ts';
import type { OpenAction } from './open-action.ts';
import { pendingEnrolment } from './pending-enrolment.ts';
import { isPermitted, permitEnrolment, permitProof, requireUsable } from './permit.ts';
import { repeatProof } from './repeat-proof.ts';
import { loadStandingChallenges } from '../storage/queries/challenges/of-actions.ts';
import type { ActionChallengeRow } from '../storage/queries/challenges/of-actions.ts';
import type { AuthenticatorRow } from '../storage/queries/authenticators.ts';
import type { Context } from '../calls/context.ts';
import type { TokenRequest } from '../calls/request.ts';
import { proofReply } from './proof-reply.ts';

/**
 * Checks a sent code: spend, compare, consume (ruling 16). Only the code sent last for this action counts, together
 * with those that are out (ruling 44), and only while the authenticator still has the contact that it was sent to.
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
  const wrong = (auditReason?: 'CODE_REPLAYED') =>
    answerWrongGuess(context, request, key.userId, guess, 'CODE_INVALID_OR_EXPIRED', auditReason);
  const nowMs = context.runtime.clock.now();
  const standing = (await loadStandingChallenges(context.db, key, method, nowMs)).flatMap((row) =>
    sentCode(action, row),
  );
  const [latest] = standing;
  if (latest === undefined) return wrong();
  const permit = ({ authenticator, isUsed }: SentCode) => {
    if (!isVerified(authenticator)) permitEnrolment(action, method);
    else if (!isUsed) permitProof(action, method, authenticator);
  };
  const sent = standing.filter((one) => isPermitted(() => permit(one)));
  if (sent.length === 0) permit(latest);
  const open = sent.filter(({ isUsed, expiresAtMs }) => !isUsed && expiresAtMs > nowMs);
  const asked = open.length > 0 ? open : sent.filter(({ isUsed }) => isUsed);
  if (asked.length === 0) return wrong();
  const fitting = asked.filter(({ length }) => readCode(given, length) !== undefined);
  const code = readCode(given, fitting[0]?.length ?? null);
  if (fitting.length === 0 || code === undefined) return notACode;
  // Of the authenticator: a code by WhatsApp may be for the number that gets text messages.
  const counts = fitting.map(({ authenticator }) =>
    userGuesses(action, authenticator.verificationMethod, authenticator),
  );
  const [first = userGuesses(action, method)] = counts;
  // A guess at several codes is a guess at each, including at an address without its own count.
  const subject = counts.find(({ isBeside }) => isBeside) ?? first;
  const ids = fitting.map(({ challengeId }) => challengeId);
  // A used code has no guesses of its own left to count: it can only get its success again.
  const isFree = open.length === 0 && (await spendGuess(context, tenant, subject));
  const tried = open.length === 0 ? (isFree ? ids : []) : await spendGuessAtCodes(context, tenant, subject, ids);
  if (tried.length === 0) return answerWrongGuess(context, request, key.userId, guess, 'MAX_ATTEMPTS_EXCEEDED');

  const proof = { method, assurance: assuranceOf(method), code };
  const right = open.find(
    ({ challengeId, hmac }) => tried.includes(challengeId) && isCode(tenant, challengeId, code, hmac),
  );
  if (right !== undefined) {
    const { authenticator, challengeId, hmac } = right;
    const isPending = !isVerified(authenticator);
    const good = {
      ...proof,
      by: isPending ? ('registration' as const) : ('authenticator' as const),
      authenticator,
      contact: contactOf(authenticator),
      subject,
      consume: { kind: 'code', challengeId, codeHmac: hmac, tried, at: authenticator } as const,
      ...(isPending ? { enrol: pendingEnrolment(authenticator) } : {}),
      ...(authenticator.verificationMethod === method
        ? {}
        : { enrol: besideEnrolment(context, method, authenticator) }),
    };
    const accepted = await acceptProof(context, request, route, action, good);
    if (accepted !== undefined) return proofReply(context, accepted);
  }
  const isReplay = asked.some(({ challengeId, hmac }) => isCode(tenant, challengeId, code, hmac));
  return (await repeatProof(context, action, proof, subject)) ?? wrong(isReplay ? 'CODE_REPLAYED' : undefined);
}

interface SentCode {
  readonly challengeId: string;
  readonly hmac: Buffer;
  readonly length: number | null;
  readonly expiresAtMs: number;
  readonly isUsed: boolean;
  readonly authenticator: AuthenticatorRow;
}

/** The code of a challenge, if it has one and its authenticator still has the contact that it was sent to. */
function sentCode({ row: { authenticators } }: OpenAction, challenge: ActionChallengeRow): readonly SentCode[] {
  const authenticator = authenticators.find(
    (row) => row.authenticatorId === challenge.authenticatorId && haveSameContact(row, challenge),
  );
  const { challengeId, codeHmac: hmac, codeLength: length, expiresAt: expiresAtMs } = challenge;
  if (authenticator === undefined || hmac === null) return [];
  return [{ challengeId, hmac, length, expiresAtMs, isUsed: isVerified(challenge), authenticator }];
}
