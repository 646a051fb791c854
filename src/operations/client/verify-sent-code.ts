import type { VerifyReply } from '../../contract/client/values.ts';
import type { Route } from '../../contract/route.ts';
import { assuranceOf } from '../../core/authenticators/assurance.ts';
import { contactOf, haveSameContact } from '../../core/authenticators/contact.ts';
import { readCode } from '../../core/challenges/read-code.ts';
import { acceptProof } from '../../proving/accept-proof.ts';
import { isCode } from '../../proving/challenge-code.ts';
import { notACode, refuseGuess, spendGuess, spendGuessAtCodes } from '../../proving/guess.ts';
import { userGuesses } from '../../proving/guess-subject.ts';
import { openAction } from '../../proving/open-action.ts';
import type { OpenAction } from '../../proving/open-action.ts';
import { pendingEnrolment } from '../../proving/pending-enrolment.ts';
import { isPermitted, permitEnrolment, permitProof, requireUsable } from '../../proving/permit.ts';
import { repeatProof } from '../../proving/repeat-proof.ts';
import { loadStandingChallenges } from '../../storage/queries/action-challenges.ts';
import type { ActionChallengeRow } from '../../storage/queries/action-challenges.ts';
import type { AuthenticatorRow } from '../../storage/queries/authenticators.ts';
import type { Context, TokenRequest } from '../operation.ts';
import { proofReply } from './proof-reply.ts';

/**
 * Checks a code that was sent: spend, compare, consume (ruling 16). Only the one that was sent last for this action counts,
 * beside those that are out (ruling 44), and only while the authenticator is still at the address that it was sent to.
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
  const nowMs = context.runtime.clock.now();
  const standing = (await loadStandingChallenges(context.db, key, method, nowMs)).flatMap((row) =>
    sentCode(action, row),
  );
  const [latest] = standing;
  if (latest === undefined) return refuse();
  const permit = ({ authenticator, isUsed }: SentCode) => {
    if (authenticator.verified_at === null) permitEnrolment(action, method);
    else if (!isUsed) permitProof(action, method);
  };
  const sent = standing.filter((one) => isPermitted(() => permit(one)));
  if (sent.length === 0) permit(latest);
  const open = sent.filter(({ isUsed, expiresAtMs }) => !isUsed && expiresAtMs > nowMs);
  const asked = open.length > 0 ? open : sent.filter(({ isUsed }) => isUsed);
  if (asked.length === 0) return refuse();
  const fitting = asked.filter(({ length }) => readCode(given, length) !== undefined);
  const code = readCode(given, fitting[0]?.length ?? null);
  if (fitting.length === 0 || code === undefined) return notACode;
  const counts = fitting.map(({ authenticator }) => userGuesses(action, method, authenticator));
  const [first = userGuesses(action, method)] = counts;
  // A guess at several is one at each: also at an address that has no count of its own.
  const subject = counts.find(({ isBeside }) => isBeside) ?? first;
  const ids = fitting.map(({ challengeId }) => challengeId);
  // A used code has no tries of its own left to count: it is only ever answered again.
  const isFree = open.length === 0 && (await spendGuess(context, tenant, subject));
  const tried = open.length === 0 ? (isFree ? ids : []) : await spendGuessAtCodes(context, tenant, subject, ids);
  if (tried.length === 0) return refuseGuess(context, request, key.userId, guess, 'MAX_ATTEMPTS_EXCEEDED');

  const proof = { method, assurance: assuranceOf(method, false), code };
  const right = open.find(
    ({ challengeId, hmac }) => tried.includes(challengeId) && isCode(tenant, challengeId, code, hmac),
  );
  if (right !== undefined) {
    const { authenticator, challengeId, hmac } = right;
    const isPending = authenticator.verified_at === null;
    const good = {
      ...proof,
      isRegistration: isPending,
      authenticator,
      contact: contactOf(authenticator),
      subject,
      consume: { kind: 'code', challengeId, codeHmac: hmac, tried, at: authenticator } as const,
      ...(isPending ? { enrol: pendingEnrolment(authenticator) } : {}),
    };
    const accepted = await acceptProof(context, request, route, action, good);
    if (accepted !== undefined) return proofReply(context, accepted);
  }
  return (await repeatProof(context, action, proof, subject)) ?? refuse();
}

interface SentCode {
  readonly challengeId: string;
  readonly hmac: Buffer;
  readonly length: number | null;
  readonly expiresAtMs: number;
  readonly isUsed: boolean;
  readonly authenticator: AuthenticatorRow;
}

/** The code of a challenge, if it is one of a code, and its authenticator still where that was sent to. */
function sentCode({ row: { authenticators } }: OpenAction, challenge: ActionChallengeRow): readonly SentCode[] {
  const authenticator = authenticators.find(
    (row) => row.authenticator_id === challenge.authenticator_id && haveSameContact(row, challenge),
  );
  const { challenge_id: challengeId, code_hmac: hmac, code_length: length, expires_at: expiresAtMs } = challenge;
  if (authenticator === undefined || hmac === null) return [];
  return [{ challengeId, hmac, length, expiresAtMs, isUsed: challenge.verified_at !== null, authenticator }];
}
