import { answerPush as route } from '../contract.ts';
import { Refusal } from '../../../contract/errors.ts';
import { assuranceOf } from '../../assurance-of.ts';
import { acceptProof } from '../../../proving/accept-proof.ts';
import { invalidAppCredential, recordAppRefusal, requireAppSignature } from '../../../proving/apps/app-keys.ts';
import { matchesPushNumber } from '../../../proving/apps/push-number.ts';
import { recordRejection } from '../../../proving/apps/record-rejection.ts';
import { openAction } from '../../../proving/open-action.ts';
import { permitAssurance } from '../../../proving/permit.ts';
import { linkCaller } from '../../../showing/link-caller.ts';
import type { Tenant } from '../../../storage/published.ts';
import type { AuthenticatorRow } from '../../../storage/queries/authenticators.ts';
import { tellChallenge } from '../../../storage/queries/challenges/of-apps.ts';
import { loadPushRequest, spendPushRequest } from '../../../storage/queries/challenges/push-requests.ts';
import type { PushRequestRow } from '../../../storage/queries/challenges/push-requests.ts';
import type { ClientCaller } from '../../../calls/caller.ts';
import type { Context } from '../../../calls/context.ts';
import { isUuid } from '../../../calls/is-uuid.ts';
import type { Request } from '../../../calls/request.ts';
import { operation } from '../../../operations/operation.ts';

const method = 'PUSH';

type AnswerRequest = Request<typeof route> & { readonly caller: ClientCaller };

/** A request that is open, and the authenticator that answers it: one of those that were asked. */
interface Answer {
  readonly tenant: Tenant;
  readonly asked: PushRequestRow;
  readonly authenticator: AuthenticatorRow;
  readonly nowMs: number;
}

export const answerPush = operation(route, async (context, request) => {
  const { body, caller } = request;
  const { tenant } = caller;
  const { authenticator } = await requireAppSignature(context, request, method, [body.challengeId]);
  const { userId, authenticatorId } = authenticator;
  const nowMs = context.runtime.clock.now();
  const asked = isUuid(body.challengeId)
    ? await loadPushRequest(context.db, tenant.tenantId, body.challengeId, nowMs)
    : undefined;
  // Its own user's request, sent to this phone and not answered yet (A49).
  if (asked?.userId !== userId || !asked.state.asked.includes(authenticatorId)) {
    throw await recordAppRefusal(context, request, userId, method, 'user');
  }
  if (asked.spentAt !== null || asked.verifiedAt !== null || asked.expiresAt <= nowMs) {
    throw await recordAppRefusal(context, request, userId, method, 'challenge');
  }
  const answer = { tenant, asked, authenticator, nowMs };
  // The page that waits learns of the answer at once, also of a wrong number.
  try {
    if (body.approved) await approve(context, request, answer);
    else await reject(context, request, answer);
  } finally {
    await tellChallenge(context.db, asked.challengeId);
  }
  return { isVerified: body.approved };
});

/** The approval goes to the client that asked, through the action of its token. */
async function approve(context: Context, request: AnswerRequest, answer: Answer): Promise<void> {
  const { tenant, asked, authenticator, nowMs } = answer;
  const { userId, challengeId } = asked;
  const { isMatched } = asked.state;
  const refusalFor = (why: Parameters<typeof recordAppRefusal>[4]) =>
    recordAppRefusal(context, request, userId, method, why);
  const caller = linkCaller(tenant, asked);
  const action = await openAction(context, caller).catch((error: unknown) => {
    // The action is gone: the app has no token that could be invalid.
    throw error instanceof Refusal && error.code === 'invalid_token' ? invalidAppCredential() : error;
  });
  const own = action.verified.find((row) => row.authenticatorId === authenticator.authenticatorId);
  if (own === undefined) throw await refusalFor('user');
  if (!isMatched && !tenant.settings.allowPlainPushApproval) throw await refusalFor('plain approval');
  const isRight = isMatched ? matchesPushNumber(tenant, challengeId, request.body.verificationCode ?? '') : true;
  // No number at all is no guess: the app can ask for it.
  if (isRight === undefined) throw await refusalFor('number');
  const assurance = assuranceOf(method, isMatched ? 'verified' : 'plain');
  permitAssurance(action, { method, assurance }, [own]);
  // Spent before anything follows: of several answers one counts, and a wrong number has no second try.
  const rejection = isRight ? undefined : 'WRONG_NUMBER';
  if (!(await spendPushRequest(context.db, tenant.tenantId, asked, rejection, nowMs))) {
    throw await refusalFor('challenge');
  }
  if (!isRight) throw await refusalFor('number');
  const accepted = await acceptProof(context, { ...request, caller }, route, action, {
    method,
    assurance,
    by: 'authenticator',
    consume: { kind: 'pushApproval', challengeId },
    authenticator: own,
    subject: undefined,
    code: challengeId,
    remarks: { isNumberMatched: isMatched },
  });
  if (accepted === undefined) throw await refusalFor('challenge');
}

async function reject(context: Context, request: AnswerRequest, answer: Answer): Promise<void> {
  const { tenant, asked, authenticator, nowMs } = answer;
  const { tenantId } = tenant;
  const { authenticatorId } = authenticator;
  const { userId, actionCode, idempotencyKey, challengeId } = asked;
  const { actionId } = asked.state;
  const { requestId } = request;
  const key = { tenantId, userId, actionCode, idempotencyKey };
  const isDenial = request.body.reason === 'NOT_ME';
  const caller = linkCaller(tenant, asked);
  const rejection = { method, challengeId, authenticatorId, key, actionId, isDenial, caller, requestId, nowMs };
  await recordRejection(context, tenant, rejection, (sql) =>
    spendPushRequest(sql, tenantId, asked, isDenial ? 'NOT_ME' : 'REFUSED', nowMs),
  );
}
