import { Refusal } from '../../contract/errors.ts';
import { verifyChallenge as route } from '../../contract/server/challenges.ts';
import { assuranceOf } from '../../core/authenticators/assurance.ts';
import { satisfies } from '../../core/challenges/satisfies.ts';
import { completeAction, loadAction } from '../../storage/queries/actions.ts';
import type { ActionKey } from '../../storage/queries/actions.ts';
import { loadAuthenticators } from '../../storage/queries/authenticators.ts';
import { consumeChallenge, isCodeChallenge, loadChallenge } from '../../storage/queries/challenges.ts';
import type { ChallengeRow, CodeChallenge } from '../../storage/queries/challenges.ts';
import { giveBackAttempt, resetGuessBudget, spendAttempt } from '../../storage/queries/guess-budgets.ts';
import type { GuessSubject } from '../../storage/queries/guess-budgets.ts';
import type { Tenant } from '../../storage/published.ts';
import type { Sql } from '../../storage/sql.ts';
import { contactSubject, isCode } from '../challenge-code.ts';
import { confirmByWebhook, forgoConfirmation, lostLease, webhookOf } from '../confirm-by-webhook.ts';
import type { Confirmation } from '../confirm-by-webhook.ts';
import { guessLimit } from '../guess-limit.ts';
import { isUuid } from '../is-uuid.ts';
import { operation } from '../operation.ts';
import type { Context, KeyRequest } from '../operation.ts';
import { readDecisionRecord } from '../read-decision-record.ts';
import { recordAudit } from '../record-audit.ts';
import { recordRefusal } from '../record-refusal.ts';
import { distinctMethods } from '../wire-values.ts';
import { isOfClientApi } from './is-of-client-api.ts';
import { proveContact } from './prove-contact.ts';

type VerifyRequest = KeyRequest<typeof route>;
type FailureReason = 'CODE_INVALID_OR_EXPIRED' | 'MAX_ATTEMPTS_EXCEEDED';

/**
 * Spend, compare, consume (ruling 16): the guess is spent and committed before anything is compared, the comparison has
 * no transaction open, and one transaction then accepts the code with all that follows from it.
 */
export const verifyChallenge = operation(route, async (context, request) => {
  const { db, runtime } = context;
  const { tenant } = request.caller;
  const { challengeId, verificationCode } = request.body;
  const absent = () => new Refusal('not_found', 'There is no challenge with this challengeId.');
  if (!isUuid(challengeId)) throw absent();
  const challenge = await loadChallenge(db, tenant.tenantId, challengeId);
  if (challenge === undefined || isOfClientApi(challenge) || !isCodeChallenge(challenge)) throw absent();
  const nowMs = runtime.clock.now();
  if (challenge.expires_at <= nowMs) return refused('CODE_INVALID_OR_EXPIRED');

  const refuse = async (reason: FailureReason) => {
    const { user_id: userId, verification_method: verificationMethod } = challenge;
    await recordRefusal(context, request, userId ?? undefined, { challengeId, verificationMethod, reason });
    return refused(reason);
  };
  const subject = guessSubject(tenant, challenge);
  const limit = guessLimit(tenant, challenge.verification_method);
  if (!(await spendAttempt(db, subject, { challengeId, limit, noticeId: runtime.ids.uuid(), nowMs }))) {
    return refuse('MAX_ATTEMPTS_EXCEEDED');
  }
  if (!isCode(tenant, challengeId, verificationCode, challenge.code_hmac)) {
    return refuse('CODE_INVALID_OR_EXPIRED');
  }
  if (challenge.verified_at === null && (await accept(context, request, challenge, subject)))
    return verified(challenge);

  // Accepted before, or by another request just now: only the very code that was accepted is answered so again.
  const now = await loadChallenge(db, tenant.tenantId, challengeId);
  const isRepeat =
    now !== undefined &&
    isCodeChallenge(now) &&
    now.verified_at !== null &&
    now.claimed_at === null &&
    isCode(tenant, challengeId, verificationCode, now.code_hmac);
  if (!isRepeat) return refused('CODE_INVALID_OR_EXPIRED');
  await giveBackAttempt(db, subject, challengeId);
  return verified(challenge);
});

function guessSubject(tenant: Tenant, challenge: CodeChallenge): GuessSubject {
  const { user_id: userId, email, verification_method: verificationMethod } = challenge;
  return {
    tenantId: tenant.tenantId,
    subject: userId === null ? contactSubject(tenant, email ?? '') : `user:${userId}`,
    verificationMethod,
    canLock: userId !== null,
  };
}

/**
 * Accepts the code with everything that follows, in one transaction. False if it was not this request that accepted it.
 * @throws {Refusal} if it was not confirmed; the code is as good as before, and the attempt given back.
 */
async function accept(
  context: Context,
  request: VerifyRequest,
  challenge: CodeChallenge,
  subject: GuessSubject,
): Promise<boolean> {
  const { tenant } = request.caller;
  const { challenge_id: challengeId, user_id: userId } = challenge;
  try {
    const action = userId === null ? undefined : actionOf(tenant.tenantId, userId, challenge);
    return await closeConfirmed(context, tenant, action, challenge, (leaseId) =>
      consume(context, request, challenge, subject, leaseId),
    );
  } catch (error) {
    if (error instanceof Refusal) await giveBackAttempt(context.db, subject, challengeId);
    throw error;
  }
}

function consume(
  context: Context,
  request: VerifyRequest,
  challenge: CodeChallenge,
  subject: GuessSubject,
  leaseId: Confirmation,
): Promise<boolean> {
  const { tenantId } = request.caller.tenant;
  const { challenge_id: challengeId, code_hmac: codeHmac, user_id: userId } = challenge;
  const nowMs = context.runtime.clock.now();
  return context.db.transaction(async (sql) => {
    if (!(await consumeChallenge(sql, { tenantId, challengeId, codeHmac, nowMs }))) return false;
    await resetGuessBudget(sql, subject, nowMs);
    if (userId !== null) await moveAction(sql, context, tenantId, userId, challenge, leaseId);
    await recordAudit(sql, context, route, request, userId ?? undefined, {
      challengeId,
      verificationMethod: challenge.verification_method,
    });
    return true;
  });
}

/**
 * Lets `close` end what a proven challenge begins, after the tenant's own server has confirmed it where it is to be asked.
 * `action` is undefined for a challenge of nobody, which moves nothing. The lease is given back if nothing was closed.
 */
export async function closeConfirmed(
  context: Context,
  tenant: Tenant,
  action: ActionKey | undefined,
  challenge: ChallengeRow,
  close: (leaseId: Confirmation) => Promise<boolean>,
): Promise<boolean> {
  const isAsked = action !== undefined && webhookOf(tenant, action.actionCode) !== undefined;
  if (!isAsked || !isCodeChallenge(challenge)) return close(undefined);
  const { verification_method: method, email } = challenge;
  const authenticators = await loadAuthenticators(context.db, action.tenantId, action.userId);
  const authenticatorId = authenticators.find(
    (row) => row.verification_method === method && row.email === email,
  )?.authenticator_id;
  const proof = { method, assurance: assuranceOf(method, false), authenticatorId };
  const leaseId = await confirmByWebhook(context, tenant, action, proof);
  let isClosed = false;
  try {
    isClosed = await close(leaseId);
    return isClosed;
  } finally {
    if (!isClosed) await forgoConfirmation(context, action, leaseId);
  }
}

function actionOf(tenantId: string, userId: string, challenge: CodeChallenge): ActionKey {
  return { tenantId, userId, actionCode: challenge.action_code, idempotencyKey: challenge.idempotency_key };
}

/**
 * What a proof means for the user and the action it was made for. True if the action moved.
 * @throws {Refusal} `unavailable` if it was confirmed under a lease that is not held any more; then nothing may be kept.
 */
export async function moveAction(
  sql: Sql,
  context: Context,
  tenantId: string,
  userId: string,
  challenge: CodeChallenge,
  leaseId: Confirmation,
): Promise<boolean> {
  const authenticator = await proveContact(sql, context, tenantId, userId, challenge);
  // Nobody was asked, because of where the action stood: it may have been set elsewhere since.
  if (leaseId === null) return false;
  const key = actionOf(tenantId, userId, challenge);
  const action = await loadAction(sql, key);
  if (action === undefined) return false;
  const method = challenge.verification_method;
  const assurance = assuranceOf(method, false);
  if (!satisfies(readDecisionRecord(action.decision).demand, { method, assurance })) return false;
  const hasMoved = await completeAction(sql, key, {
    method,
    authenticatorId: authenticator?.authenticator_id ?? null,
    assurance,
    leaseId,
    nowMs: context.runtime.clock.now(),
  });
  if (leaseId !== undefined && !hasMoved) throw lostLease();
  return hasMoved;
}

function refused(failureReason: FailureReason) {
  return { isVerified: false, failureReason };
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
