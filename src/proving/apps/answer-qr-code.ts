import type { Route } from '../../contract/route.ts';
import type { Context } from '../../calls/context.ts';
import type { ClientRequest } from '../../calls/request.ts';
import { recordAudit } from '../../calls/record-audit.ts';
import { lockActionState, recordDenial } from '../../storage/queries/actions/actions.ts';
import { rejectAppChallenge, tellChallenge } from '../../storage/queries/challenges/of-apps.ts';
import { lockUser } from '../../storage/queries/users.ts';
import { ActionClosed, openAction } from '../open-action.ts';
import { acceptApproval, actionOfNobody } from './accept-approval.ts';
import { invalidAppCredential } from './app-keys.ts';
import { claimQrCode } from './claim-qr-code.ts';
import type { ClaimedQrCode, SignedChallenge } from './claim-qr-code.ts';
import { actionKeyOf, onBehalfOfOpener, openerOf, qrCode } from './qr-code.ts';

type Answer<R extends Route> = ClientRequest<R> & { readonly body: SignedChallenge & { readonly approved: boolean } };

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
  else await reject(context, request, route, claimed);
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

/** Ends the challenge, and with it the action that it was opened for; of nobody's challenge there is no action yet. */
async function reject<R extends Route>(
  context: Context,
  request: Answer<R>,
  route: R,
  { challenge, authenticator: { userId } }: ClaimedQrCode,
): Promise<void> {
  const { tenantId } = request.caller.tenant;
  const nowMs = context.runtime.clock.now();
  const key = actionKeyOf(request.caller.tenant, challenge, userId);
  const { actionId } = challenge.details;
  const isDone = await context.db.transaction(async (sql) => {
    // Locks the user before the action, and the action before its challenge: the same order as everywhere else.
    if ((await lockUser(sql, tenantId, userId)) === undefined) return false;
    const before = actionId === undefined ? undefined : await lockActionState(sql, key, actionId);
    if (!(await rejectAppChallenge(sql, tenantId, challenge, nowMs))) return false;
    const moveId = context.runtime.ids.uuid();
    const after =
      actionId === undefined ? undefined : await recordDenial(sql, { key, actionId, isUsers: false, nowMs, moveId });
    await recordAudit(sql, context, route, onBehalfOfOpener(request, challenge, userId), userId, {
      verificationMethod: qrCode,
      challengeId: challenge.challengeId,
      approved: false,
      ...(before === undefined ? {} : { before, after }),
    });
    return true;
  });
  if (!isDone) throw invalidAppCredential();
}
