import { Refusal } from '../../contract/errors.ts';
import { closedStates } from '../../core/actions/closed-states.ts';
import { loadPushRequest } from '../../storage/queries/challenges/push-requests.ts';
import type { PushRejection } from '../../storage/queries/challenges/push-requests.ts';
import type { TokenCaller } from '../../calls/caller.ts';
import type { Context } from '../../calls/context.ts';
import { isUuid } from '../../calls/is-uuid.ts';
import { readAction } from '../open-action.ts';
import { earnedNow } from '../permit.ts';
import { proofToken } from '../proof-token.ts';
import { earnedBefore } from '../repeat-proof.ts';
import { nothingEarned } from '../token-powers.ts';

export interface PushAnswer {
  readonly isVerified: boolean;
  /** Whether it is over: it was answered, or what it was for or would be answered by has ended. */
  readonly isConsumed: boolean;
  readonly accessToken?: string;
  readonly rejection?: PushRejection;
}

const method = 'PUSH';
const pending: PushAnswer = { isVerified: false, isConsumed: false };
const over: PushAnswer = { isVerified: false, isConsumed: true };

/**
 * What has become of a request for the action of the caller's token. It proves nothing: the phone does. It is told as often
 * as it is asked for.
 * @throws {Refusal} `not_found`, `invalid_token` if the action is gone
 */
export async function pushAnswer(context: Context, caller: TokenCaller, challengeId: string): Promise<PushAnswer> {
  // A rejection is told although it has closed the action.
  const action = await readAction(context, caller);
  const { key, token, tenant } = action;
  const nowMs = context.runtime.clock.now();
  const found = isUuid(challengeId) ? await loadPushRequest(context.db, key.tenantId, challengeId, nowMs) : undefined;
  if (found?.userId !== key.userId || found.state.actionId !== token.actionId) {
    throw new Refusal('not_found', 'There is no such request for this action.');
  }
  const { rejection } = found.state;
  if (rejection !== undefined) return { ...over, rejection };
  if (found.verifiedAt === null) return found.standing === 'rejected' ? over : pending;
  // Approved, and closed since by someone else.
  if (closedStates.includes(action.row.state)) return over;
  // However often a client asks, what the approval earned expires when the first of its tokens does.
  const leftMs = found.verifiedAt + tenant.settings.tokenDurationInMinutes * 60_000 - nowMs;
  if (leftMs < 1_000) return pending;
  const earned =
    earnedBefore(action, { method, code: found.challengeId }) ?? earnedNow(action, nothingEarned(action.token));
  const accessToken = proofToken(context, action, earned, Math.floor(leftMs / 1_000));
  return { isVerified: true, isConsumed: true, accessToken };
}
