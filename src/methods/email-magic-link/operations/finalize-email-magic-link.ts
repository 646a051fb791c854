import { isVerified } from '../../../core/is-verified.ts';
import { finalizeEmailMagicLink as route } from '../contract.ts';
import { openAction } from '../../../proving/open-action.ts';
import type { OpenAction } from '../../../proving/open-action.ts';
import { earnedNow } from '../../../proving/permit.ts';
import { proofToken } from '../../../proving/proof-token.ts';
import { earnedBefore } from '../../../proving/repeat-proof.ts';
import { nothingEarned } from '../../../proving/token-powers.ts';
import { loadActionChallenge, loadStandingChallenges } from '../../../storage/queries/challenges/of-actions.ts';
import type { ActionChallengeRow } from '../../../storage/queries/challenges/of-actions.ts';
import { isUuid } from '../../../calls/is-uuid.ts';
import { operation } from '../../../operations/operation.ts';
import type { Context } from '../../../calls/context.ts';

const method = 'EMAIL_MAGIC_LINK';

/**
 * Reports the state and proves nothing: the link does. Clients poll it every second, and retry if a response was lost.
 */
export const finalizeEmailMagicLink = operation(route, async (context, { caller, body }) => {
  const action = await openAction(context, caller);
  const challenge = await find(context, action, body.challengeId);
  if (challenge === undefined || !isVerified(challenge)) return { isVerified: false };
  // However often a client asks, what the link earned expires when the first of its tokens does.
  const lifetimeMs = action.tenant.settings.tokenDurationInMinutes * 60_000;
  const leftMs = challenge.verifiedAt + lifetimeMs - context.runtime.clock.now();
  if (leftMs < 1_000) return { isVerified: false };
  const earned = earnedBefore(action, { method, code: challenge.closedBy ?? challenge.challengeId });
  const after = earned ?? earnedNow(action, nothingEarned(action.token));
  const accessToken = proofToken(context, action, after, Math.floor(leftMs / 1_000));
  return { isVerified: true, accessToken };
});

async function find(
  { db, runtime }: Context,
  { key }: OpenAction,
  challengeId: string | undefined,
): Promise<ActionChallengeRow | undefined> {
  if (challengeId === undefined) {
    const standing = await loadStandingChallenges(db, key, method, runtime.clock.now());
    return standing.find(isVerified) ?? standing[0];
  }
  return isUuid(challengeId) ? loadActionChallenge(db, key, method, challengeId) : undefined;
}
