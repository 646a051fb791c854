import { finalizeEmailMagicLink as route } from '../../contract/client/email-magic-link.ts';
import { openAction } from '../../proving/open-action.ts';
import type { OpenAction } from '../../proving/open-action.ts';
import { earnedNow } from '../../proving/permit.ts';
import { proofToken } from '../../proving/proof-token.ts';
import { earnedBefore } from '../../proving/repeat-proof.ts';
import { nothingEarned } from '../../proving/token-powers.ts';
import { loadActionChallenge, loadStandingChallenges } from '../../storage/queries/action-challenges.ts';
import type { ActionChallengeRow } from '../../storage/queries/action-challenges.ts';
import { isUuid } from '../is-uuid.ts';
import { tokenOperation } from '../operation.ts';
import type { Context } from '../operation.ts';

const method = 'EMAIL_MAGIC_LINK';

/** Reports, and proves nothing: the link does. Asked every second, and again when an answer was lost. */
export const finalizeEmailMagicLink = tokenOperation(route, async (context, { caller, body }) => {
  const action = await openAction(context, caller);
  const challenge = await find(context, action, body.challengeId);
  if (challenge === undefined || challenge.verified_at === null) return { isVerified: false };
  // However often it is asked for, what the link earned ends when the first of its tokens does.
  const lifetimeMs = action.tenant.settings.tokenDurationInMinutes * 60_000;
  const leftMs = challenge.verified_at + lifetimeMs - context.runtime.clock.now();
  if (leftMs < 1_000) return { isVerified: false };
  const earned = earnedBefore(action, { method, code: challenge.closed_by ?? challenge.challenge_id });
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
    return standing.find(({ verified_at }) => verified_at !== null) ?? standing[0];
  }
  return isUuid(challengeId) ? loadActionChallenge(db, key, method, challengeId) : undefined;
}
