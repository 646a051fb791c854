import { Refusal } from '../../contract/errors.ts';
import { verifyChallenge as route } from '../../contract/server/challenges.ts';
import { closedStates } from '../../core/actions/closed-states.ts';
import { contactOf } from '../../core/authenticators/contact.ts';
import { readCode } from '../../core/challenges/read-code.ts';
import { acceptProof, acceptUnclaimed } from '../../proving/accept-proof.ts';
import { isCode } from '../../proving/challenge-code.ts';
import { notACode, refuseGuess, spendGuessAtCodes } from '../../proving/guess.ts';
import { contactGuesses, userGuesses } from '../../proving/guess-subject.ts';
import type { Guesses } from '../../proving/guess-subject.ts';
import { ActionClosed, challengedAction } from '../../proving/open-action.ts';
import type { OpenAction } from '../../proving/open-action.ts';
import type { Tenant } from '../../storage/published.ts';
import { isCodeChallenge, loadChallengeWithAction } from '../../storage/queries/challenges.ts';
import type { CodeChallenge, SentCode } from '../../storage/queries/challenges.ts';
import { giveBackAttempt } from '../../storage/queries/guess-budgets.ts';
import { isUuid } from '../is-uuid.ts';
import { operation } from '../operation.ts';
import type { Context, KeyRequest } from '../operation.ts';
import { distinctMethods } from '../wire-values.ts';
import { challengeProof } from './challenge-proof.ts';
import { isOfClientApi } from './is-of-client-api.ts';

/** A challenge that a code answers, and the action of its user; undefined while it is nobody's. */
interface Answerable {
  readonly challenge: CodeChallenge;
  /** What answers it: the code that was sent last and those that are out, or once one was accepted, that one. */
  readonly codes: readonly SentCode[];
  readonly action: OpenAction | undefined;
}

/** Spend, compare, consume (ruling 16), as the client API does; the challenge comes by its id, and no token with it. */
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

  const { user_id: userId, verification_method: verificationMethod } = challenge;
  const refuse = (reason: Parameters<typeof refuseGuess>[4]) =>
    refuseGuess(context, request, userId ?? undefined, { challengeId, verificationMethod }, reason);
  const subject = guessesAt(tenant, found);
  const ids = fitting.map((sent) => sent.challengeId);
  const tried = await spendGuessAtCodes(context, tenant, subject, ids);
  if (tried.length === 0) return refuse('MAX_ATTEMPTS_EXCEEDED');
  const isRight = ({ hmac }: Pick<SentCode, 'hmac'>) => isCode(tenant, challengeId, code, hmac);
  const right = fitting.find((sent) => tried.includes(sent.challengeId) && isRight(sent));
  if (right === undefined) return refuse('CODE_INVALID_OR_EXPIRED');
  const given = { subject, right, tried };
  if (challenge.verified_at === null && (await accept(context, request, found, given))) return verified(challenge);

  // Accepted before, or by another request just now: only the very code that was accepted is answered so again.
  const again = await find(context, tenant, challengeId);
  if (again === undefined || isOver(again)) return { isVerified: false };
  const { challenge: now } = again;
  const isRepeat = now.verified_at !== null && now.claimed_at === null && isRight({ hmac: now.code_hmac });
  if (!isRepeat) return notACode;
  await giveBackAttempt(context.db, subject, tried);
  return verified(challenge);
});

/** Whether the action takes no proof any more, whatever is given for it (ruling 42). */
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
  const codes = challenge.verified_at === null ? found.codes : own;
  const { user_id: userId, action_code: actionCode, idempotency_key: idempotencyKey, scope } = challenge;
  if (userId === null || row === undefined) return { challenge, codes, action: undefined };
  const key = { tenantId: tenant.tenantId, userId, actionCode, idempotencyKey };
  return { challenge, codes, action: challengedAction(context, tenant, key, scope, row) };
}

function guessesAt(tenant: Tenant, { challenge, action }: Answerable): Guesses {
  const { user_id: userId, verification_method: method } = challenge;
  if (action !== undefined) return userGuesses(action, method, challenge);
  if (userId !== null) return userGuesses({ tenant, key: { userId }, verified: [] }, method);
  const contact = contactOf(challenge);
  if (contact === undefined) throw new Error('A challenge of nobody was sent to nobody.');
  return contactGuesses(tenant, contact, method);
}

/** False if it was not this request that accepted the code. */
async function accept(
  context: Context,
  request: KeyRequest<typeof route>,
  { challenge, action }: Answerable,
  { subject, right, tried }: { readonly subject: Guesses; readonly right: SentCode; readonly tried: readonly string[] },
): Promise<boolean> {
  const { challenge_id: challengeId } = challenge;
  const proof = {
    ...challengeProof(context, challenge, action),
    consume: { kind: 'answer', challengeId, sentAs: right.challengeId, codeHmac: right.hmac, tried } as const,
    subject,
    remarks: { challengeId },
  };
  if (action !== undefined) {
    const accepted = await acceptProof(context, request, route, action, proof).catch((error: unknown) => {
      // Closed since it was read: what is answered then is looked up again.
      if (error instanceof ActionClosed) return undefined;
      throw error;
    });
    return accepted !== undefined;
  }
  if (challenge.user_id !== null) return false;
  const { tenantId } = request.caller.tenant;
  const { action_code: actionCode, idempotency_key: idempotencyKey } = challenge;
  return acceptUnclaimed(context, request, route, { tenantId, userId: undefined, actionCode, idempotencyKey }, proof);
}

function verified({ verification_method, email, phone_number }: CodeChallenge) {
  const [verificationMethod] = distinctMethods([verification_method]);
  return {
    isVerified: true,
    ...(verificationMethod === undefined ? {} : { verificationMethod }),
    ...(email === null ? {} : { email }),
    ...(phone_number === null ? {} : { phoneNumber: phone_number }),
  };
}
