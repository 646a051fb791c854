import { verifyPush as route } from '../contract.ts';
import { Refusal } from '../../../contract/errors.ts';
import { readAction } from '../../../proving/open-action.ts';
import { closedStates } from '../../../core/actions/closed-states.ts';
import { earnedNow } from '../../../proving/permit.ts';
import { proofToken } from '../../../proving/proof-token.ts';
import { earnedBefore } from '../../../proving/repeat-proof.ts';
import { nothingEarned } from '../../../proving/token-powers.ts';
import { loadPushRequest } from '../../../storage/queries/challenges/push-requests.ts';
import { isUuid } from '../../../calls/is-uuid.ts';
import { operation } from '../../../operations/operation.ts';

const method = 'PUSH';
// An approval is spent a moment before it is accepted, or longer if the tenant's webhook is asked.
const acceptingMs = 15_000;
const pending = { isVerified: false, isConsumed: false };

/** Reports the state and proves nothing: the phone does. Clients poll it, and retry if a response was lost. */
export const verifyPush = operation(route, async (context, { caller, body }) => {
  // A rejection is told although it has closed the action.
  const action = await readAction(context, caller);
  const { key, token } = action;
  const found = isUuid(body.challengeId)
    ? await loadPushRequest(context.db, key.tenantId, body.challengeId)
    : undefined;
  if (found?.userId !== key.userId || found.state.actionId !== token.actionId) {
    throw new Refusal('not_found', 'There is no such request for this action.');
  }
  const nowMs = context.runtime.clock.now();
  const { rejection } = found.state;
  if (rejection !== undefined) return { isVerified: false, isConsumed: true, rejection };
  if (found.verifiedAt === null) {
    const isOver = found.spentAt !== null && found.spentAt + acceptingMs <= nowMs;
    return isOver ? { isVerified: false, isConsumed: true } : pending;
  }
  // Approved, and closed since by someone else.
  if (closedStates.includes(action.row.state)) return { isVerified: false, isConsumed: true };
  // However often a client asks, what the approval earned expires when the first of its tokens does.
  const lifetimeMs = action.tenant.settings.tokenDurationInMinutes * 60_000;
  const leftMs = found.verifiedAt + lifetimeMs - nowMs;
  if (leftMs < 1_000) return pending;
  const earned =
    earnedBefore(action, { method, code: found.challengeId }) ?? earnedNow(action, nothingEarned(action.token));
  const accessToken = proofToken(context, action, earned, Math.floor(leftMs / 1_000));
  return { isVerified: true, isConsumed: true, accessToken };
});
