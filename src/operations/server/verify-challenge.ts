import { Refusal } from '../../contract/errors.ts';
import { verifyChallenge as route } from '../../contract/server/challenges.ts';
import { closedStates } from '../../core/actions/closed-states.ts';
import { contactOf } from '../../core/authenticators/contact.ts';
import { readCode } from '../../core/challenges/read-code.ts';
import { isVerified } from '../../core/is-verified.ts';
import { acceptProof, acceptUnclaimed } from '../../proving/accept-proof.ts';
import { isCode } from '../../proving/challenge-code.ts';
import { notACode, answerWrongGuess, spendGuessAtCodes } from '../../proving/guess.ts';
import { contactGuesses, userGuesses } from '../../counting/guess-subject.ts';
import type { Guesses } from '../../counting/guess-subject.ts';
import { ActionClosed, challengedAction } from '../../proving/open-action.ts';
import type { OpenAction } from '../../proving/open-action.ts';
import type { Tenant } from '../../storage/published.ts';
import { isCodeChallenge, loadChallengeWithAction } from '../../storage/queries/challenges/of-backends.ts';
import type { CodeChallenge, SentCode } from '../../storage/queries/challenges/of-backends.ts';
import { giveBackAttempt } from '../../storage/queries/guess-budgets.ts';
import { isUuid } from '../../calls/is-uuid.ts';
import { operation } from '../operation.ts';
import type { Context } from '../../calls/context.ts';
import type { KeyRequest } from '../../calls/request.ts';
import { distinctMethods } from '../../views/wire-values.ts';
import { challengeProof } from '../../proving/challenge-proof.ts';
import { isOfClientApi } from '../../proving/is-of-client-api.ts';

/** A challenge that a code can verify, and the action of its user; undefined while the user is not known. */
interface Answerable {
  readonly challenge: CodeChallenge;
  /** The codes that verify it: the last one sent and those that are out; once one was accepted, only that one. */
  readonly codes: readonly SentCode[];
  readonly action: OpenAction | undefined;
}

/** Spend, compare, consume (ruling 16), as the client API does, but with the challenge's id instead of a token. */
export const verifyChallenge = operation(route, async (context, request) => {
  const { tenant } = request.caller;
  const { challengeId, verificationCode } = request.body;
  const found = isUuid(challengeId) ? await find(context, tenant, challengeId) : undefined;
  if (found === undefined) throw new Refusal('not_found', 'There is no challenge with this challengeId.');
  const { challenge } = found;
  if (isOver(found)) return { isVerified: false };
  const nowMs = context.runtime.clock.now();
  const open = found.codes.filter(({ expiresAtMs }) => expiresAtMs > nowMs);
  const fitting = open.filter(({ length }) => readCode(verificationCode, length) !== undefined);
  const code = readCode(verificationCode, fitting[0]?.length ?? null);
  if (fitting.length === 0 || code === undefined) return notACode;

  const { userId, verificationMethod } = challenge;
  const wrong = (reason: Parameters<typeof answerWrongGuess>[4]) =>
    answerWrongGuess(
      context,
      request,
      userId ?? undefined,
      { challengeId, verificationMethod },
      reason,
      undefined,
      challenge,
    );
  const subject = guessesAt(tenant, found);
  const ids = fitting.map((sent) => sent.challengeId);
  const tried = await spendGuessAtCodes(context, tenant, subject, ids);
  if (tried.length === 0) return wrong('MAX_ATTEMPTS_EXCEEDED');
  const isRight = ({ hmac }: Pick<SentCode, 'hmac'>) => isCode(tenant, challengeId, code, hmac);
  const right = fitting.find((sent) => tried.includes(sent.challengeId) && isRight(sent));
  if (right === undefined) return wrong('CODE_INVALID_OR_EXPIRED');
  const given = { subject, right, tried };
  if (!isVerified(challenge) && (await accept(context, request, found, given))) return verified(challenge);

  // Accepted before, or by another request just now: only the code that was accepted gets this response again.
  const again = await find(context, tenant, challengeId);
  if (again === undefined || isOver(again)) return { isVerified: false };
  const { challenge: now } = again;
  const isRepeat = isVerified(now) && now.claimedAt === null && isRight({ hmac: now.codeHmac });
  if (!isRepeat) return notACode;
  await giveBackAttempt(context.db, subject, tried);
  return verified(challenge);
});

/** Whether the action accepts no more proofs (ruling 42). */
function isOver({ action }: Answerable): boolean {
  return action !== undefined && closedStates.includes(action.row.state);
}

async function find(context: Context, tenant: Tenant, challengeId: string): Promise<Answerable | undefined> {
  const nowMs = context.runtime.clock.now();
  const found = await loadChallengeWithAction(context.db, tenant.tenantId, challengeId, nowMs);
  if (found === undefined) return undefined;
  const { challenge, row } = found;
  if (isOfClientApi(challenge) || !isCodeChallenge(challenge)) return undefined;
  const own = found.codes.filter((sent) => sent.challengeId === challengeId);
  const codes = isVerified(challenge) ? own : found.codes;
  const { userId, actionCode, idempotencyKey, scope } = challenge;
  if (userId === null || row === undefined) return { challenge, codes, action: undefined };
  const key = { tenantId: tenant.tenantId, userId, actionCode, idempotencyKey };
  return { challenge, codes, action: challengedAction(context, tenant, key, scope, row) };
}

function guessesAt(tenant: Tenant, { challenge, action }: Answerable): Guesses {
  const { userId, verificationMethod: method } = challenge;
  if (action !== undefined) return userGuesses(action, method, challenge);
  if (userId !== null) return userGuesses({ tenant, key: { userId }, verified: [] }, method);
  const contact = contactOf(challenge);
  if (contact === undefined) throw new Error('A challenge of nobody was sent to nobody.');
  return contactGuesses(tenant, contact, method);
}

/** False if this request did not accept the code. */
async function accept(
  context: Context,
  request: KeyRequest<typeof route>,
  { challenge, action }: Answerable,
  { subject, right, tried }: { readonly subject: Guesses; readonly right: SentCode; readonly tried: readonly string[] },
): Promise<boolean> {
  const { challengeId } = challenge;
  const proof = {
    ...challengeProof(context, challenge, action),
    consume: { kind: 'answer', challengeId, sentAs: right.challengeId, codeHmac: right.hmac, tried } as const,
    subject,
    remarks: { challengeId },
  };
  if (action !== undefined) {
    const accepted = await acceptProof(context, request, route, action, proof).catch((error: unknown) => {
      // Closed since it was read: the response is then looked up again.
      if (error instanceof ActionClosed) return undefined;
      throw error;
    });
    return accepted !== undefined;
  }
  if (challenge.userId !== null) return false;
  const { tenantId } = request.caller.tenant;
  const { actionCode, idempotencyKey } = challenge;
  return acceptUnclaimed(context, request, route, { tenantId, userId: undefined, actionCode, idempotencyKey }, proof);
}

function verified({ verificationMethod: method, email, phoneNumber }: CodeChallenge) {
  const [verificationMethod] = distinctMethods([method]);
  return {
    isVerified: true,
    ...(verificationMethod === undefined ? {} : { verificationMethod }),
    ...(email === null ? {} : { email }),
    ...(phoneNumber === null ? {} : { phoneNumber }),
  };
}
