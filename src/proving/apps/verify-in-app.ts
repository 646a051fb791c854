import { Refusal } from '../../contract/errors.ts';
import type { Route } from '../../contract/route.ts';
import { isUuid } from '../../calls/is-uuid.ts';
import type { Context } from '../../calls/context.ts';
import type { ClientRequest } from '../../calls/request.ts';
import { claimAppChallenge, rejectAppChallenge } from '../../storage/queries/challenges/of-apps.ts';
import type { AppChallengeRow } from '../../storage/queries/challenges/of-apps.ts';
import type { AuthenticatorRow } from '../../storage/queries/authenticators.ts';
import { openAction } from '../open-action.ts';
import type { OpenAction } from '../open-action.ts';
import { permitProof } from '../permit.ts';
import { proofReply } from '../proof-reply.ts';
import { acceptApproval, actionOfNobody } from './accept-approval.ts';
import { recordAppRefusal, requireAppSignature } from './app-keys.ts';
import type { SignedChallenge } from './claim-qr-code.ts';
import { actionKeyOf } from './qr-code.ts';
import { recordRejection } from './record-rejection.ts';

const inApp = 'IN_APP';
const defaultActionCode = 'signInWithInApp';

interface SignedAnswer extends SignedChallenge {
  readonly approved?: boolean | undefined;
  readonly reason?: 'NOT_ME' | undefined;
}

/**
 * Accepts an app's signature under a challenge of its own device, once. With a token it is for the token's action, and
 * only by a key of its user; without one the key says who it is, and the rules decide first. `token` is undefined if the
 * user has rejected the token's action.
 */
export async function verifyInApp<R extends Route>(
  context: Context,
  request: ClientRequest<R> & { readonly body: SignedAnswer },
  route: R,
): Promise<{
  readonly token: string | undefined;
  readonly authenticator: AuthenticatorRow;
  readonly row: OpenAction['row'];
}> {
  const { challengeId, approved = true } = request.body;
  const { tenant, token } = request.caller;
  if (!approved && token === undefined) {
    throw new Refusal('invalid_request', 'approved: false needs the token of the action that the user rejects.');
  }
  const own = token === undefined ? undefined : await openAction(context, { kind: 'client', tenant, token });
  if (own !== undefined) permitProof(own, inApp);
  const { authenticator } = await requireAppSignature(context, request, inApp, [challengeId]);
  const { userId, authenticatorId } = authenticator;
  if (own !== undefined && own.key.userId !== userId) {
    throw await recordAppRefusal(context, request, own.key.userId, inApp, 'user');
  }
  const challenge = isUuid(challengeId)
    ? await claimAppChallenge(context.db, {
        tenantId: tenant.tenantId,
        challengeId,
        verificationMethod: inApp,
        authenticatorId,
        userId,
        actionCode: own?.key.actionCode ?? defaultActionCode,
        takesUnnamed: true,
        onlyActionCode: own?.key.actionCode,
        nowMs: context.runtime.clock.now(),
      })
    : undefined;
  if (challenge === undefined) throw await recordAppRefusal(context, request, userId, inApp, 'challenge');
  if (!approved && own !== undefined) {
    await reject(context, request, own, challenge, authenticator);
    return { token: undefined, authenticator, row: own.row };
  }
  const opened =
    own === undefined
      ? await actionOfNobody(context, request, actionKeyOf(tenant, challenge, userId), request.sender, inApp)
      : { action: own, isDemandKnown: true };
  const accepted = await acceptApproval(context, request, route, inApp, challenge, authenticator, opened);
  return { token: proofReply(context, accepted).accessToken, authenticator, row: opened.action.row };
}

async function reject(
  context: Context,
  { caller, requestId, body }: ClientRequest<Route> & { readonly body: SignedAnswer },
  { tenant, key, token }: OpenAction,
  challenge: AppChallengeRow,
  { authenticatorId }: AuthenticatorRow,
): Promise<void> {
  const nowMs = context.runtime.clock.now();
  const { challengeId } = challenge;
  const { actionId } = token;
  const isDenial = body.reason === 'NOT_ME';
  const rejection = { method: inApp, challengeId, authenticatorId, key, actionId, isDenial, caller, requestId, nowMs };
  await recordRejection(context, tenant, rejection, (sql) => rejectAppChallenge(sql, key.tenantId, challenge, nowMs));
}
