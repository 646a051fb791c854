import type { Route } from '../../contract/route.ts';
import type { Context } from '../../calls/context.ts';
import type { ClientRequest } from '../../calls/request.ts';
import { rejectAppChallenge, tellChallenge } from '../../storage/queries/challenges/of-apps.ts';
import { ActionClosed, openAction } from '../open-action.ts';
import { acceptApproval, actionOfNobody, establishForNobody } from './accept-approval.ts';
import { claimQrCode } from './claim-qr-code.ts';
import type { ClaimedQrCode, SignedChallenge } from './claim-qr-code.ts';
import { actionKeyOf, onBehalfOfOpener, openerOf, qrCode } from './qr-code.ts';
import { recordRejection } from './record-rejection.ts';

type Answer<R extends Route> = ClientRequest<R> & {
  readonly body: SignedChallenge & { readonly approved: boolean; readonly reason?: 'NOT_ME' | undefined };
};

/**
 * The answer of a phone to a code that it has scanned. One that comes without a claim is claim and answer in one. The
 * first answer counts.
 * @throws {Refusal} `invalid_credential` if it is no answer; why the action does not accept a proof, and then the code is
 * over
 */
export async function answerQrCode<R extends Route>(
  context: Context,
  request: Answer<R>,
  route: R,
): Promise<{ readonly isVerified: boolean }> {
  const claimed = await claimQrCode(context, request);
  const { approved } = request.body;
  if (approved) await approve(context, request, route, claimed);
  else await reject(context, request, claimed);
  await tellChallenge(context.db, claimed.challenge.challengeId);
  return { isVerified: approved };
}

async function approve<R extends Route>(
  context: Context,
  request: Answer<R>,
  route: R,
  claimed: ClaimedQrCode,
): Promise<void> {
  const { challenge, authenticator } = claimed;
  const { tenant } = request.caller;
  const { userId } = authenticator;
  const opener = openerOf(tenant, challenge, userId);
  try {
    const opened =
      opener === undefined
        ? await actionOfNobody(context, request, actionKeyOf(tenant, challenge, userId), challenge.request, qrCode)
        : { action: await openAction(context, opener), isDemandKnown: true };
    const asker = onBehalfOfOpener(request, challenge, userId);
    await acceptApproval(context, asker, route, qrCode, challenge, authenticator, opened);
  } catch (error) {
    // Nothing that the phone can send will be accepted: the page that shows the code must not wait for it.
    if (error instanceof ActionClosed) {
      await rejectAppChallenge(context.db, tenant.tenantId, challenge, context.runtime.clock.now());
      await tellChallenge(context.db, challenge.challengeId);
    }
    throw error;
  }
}

/**
 * Ends the challenge, and with it the action that it was opened for. Of nobody's challenge there is no action yet: it is made
 * for "it was not me" alone, so that rules can read that somebody has shown a user such a code.
 */
async function reject<R extends Route>(
  context: Context,
  request: Answer<R>,
  { challenge, authenticator: { userId, authenticatorId } }: ClaimedQrCode,
): Promise<void> {
  const { tenant } = request.caller;
  const nowMs = context.runtime.clock.now();
  const key = actionKeyOf(tenant, challenge, userId);
  const isDenial = request.body.reason === 'NOT_ME';
  const nobodys = isDenial && challenge.details.actionId === undefined;
  const actionId = nobodys
    ? (await establishForNobody(context, request, key, challenge.request, qrCode)).actionId
    : challenge.details.actionId;
  const { caller } = onBehalfOfOpener(request, challenge, userId);
  const { requestId } = request;
  const { challengeId } = challenge;
  const rejection = { method: qrCode, challengeId, authenticatorId, key, actionId, isDenial, caller, requestId, nowMs };
  await recordRejection(context, tenant, rejection, (sql) =>
    rejectAppChallenge(sql, tenant.tenantId, challenge, nowMs),
  );
}
