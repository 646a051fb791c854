import { openLiveChannel as route } from '../../contract/live/channel.ts';
import type { LiveAnswer, LiveRequest } from '../../contract/live/channel.ts';
import type { Conversation, Line } from '../../contract/conversation.ts';
import { Refusal } from '../../contract/errors.ts';
import { operation } from '../operation.ts';
import type { ClientCaller } from '../../calls/caller.ts';
import type { Context } from '../../calls/context.ts';
import { openQrCode } from '../../proving/apps/open-qr-code.ts';
import { approvedToken, graceMs, qrCode } from '../../proving/apps/qr-code.ts';
import type { FollowedState } from '../../storage/challenge-news.ts';
import { loadAppChallenge, retireAppChallenge } from '../../storage/queries/challenges/of-apps.ts';
import { wireTime } from '../../views/wire-values.ts';

/** A page opens challenges over it, and learns what becomes of them. Only it does: their ids are no secret (A24). */
export const openLiveChannel = operation(route, (context, { caller, sender }) => {
  const { ipAddress, userAgent } = sender;
  return Promise.resolve((line) => converse(context, caller, { ipAddress, userAgent }, line));
});

function converse(
  context: Context,
  caller: ClientCaller,
  from: { readonly ipAddress: string; readonly userAgent: string | undefined },
  line: Line<LiveAnswer>,
): Conversation<LiveRequest> {
  const { db, runtime, challengeNews } = context;
  const { tenant, token } = caller;
  const { tenantId } = tenant;
  /** Challenges that are not over, with what ends following them. The last one is the present one. */
  const open = new Map<string, () => void>();
  let isOver = false;

  /** Nobody needs the code any more, but a phone may be about to claim it. */
  const retire = (challengeId: string, ms: number) =>
    retireAppChallenge(db, tenantId, challengeId, runtime.clock.now() + ms);

  async function tell(challengeId: string, state: FollowedState): Promise<void> {
    if (state === 'unclaimed') return;
    if (state === 'claimed') {
      line.say({ type: 'STATE_CHANGE', data: { challengeId, state } });
      return;
    }
    open.delete(challengeId);
    // Its user was deleted, and nothing that their token asks for can be had.
    if (state === 'gone') line.end('refused');
    if (state === 'rejected') line.say({ type: 'STATE_CHANGE', data: { challengeId, state } });
    if (state !== 'approved') return;
    const challenge = await loadAppChallenge(db, tenantId, challengeId, qrCode, runtime.clock.now());
    const accessToken = challenge && (await approvedToken(context, tenant, challenge));
    // The action was closed, or deleted, after it was approved.
    if (accessToken === undefined) line.say({ type: 'STATE_CHANGE', data: { challengeId, state: 'rejected' } });
    else line.say({ type: 'STATE_CHANGE', data: { challengeId, state, accessToken } });
  }

  return {
    endsAtMs: token === undefined ? undefined : token.expiresAt * 1000,
    async hear({ data: { actionCode, custom } }) {
      // Known from memory since the connection was opened; what has become of it is looked up.
      const present = context.published.tenant(tenantId);
      if (present === undefined) throw new Refusal('unauthorized', 'The tenant does not exist any more.');
      const { challengeId, expiresAtMs } = await openQrCode(context, {
        caller: { ...caller, tenant: present },
        actionCode,
        by: { ...from, ...(custom === null || custom === undefined ? {} : { custom }) },
        secretDigest: null,
      });
      if (isOver) return retire(challengeId, 0);
      const earlier = [...open.keys()];
      const followed = { tenantId, challengeId, state: 'unclaimed', hasUser: token !== undefined } as const;
      const stop = challengeNews.follow(followed, (state) => {
        tell(challengeId, state).catch(context.warn);
      });
      open.set(challengeId, stop);
      line.say({
        type: 'CHALLENGE_CREATED',
        data: { challengeId, challengeType: qrCode, expiresAt: wireTime(expiresAtMs), state: 'unclaimed' },
      });
      for (const id of earlier) await retire(id, graceMs);
    },
    ended() {
      isOver = true;
      for (const [challengeId, stop] of open) {
        stop();
        retire(challengeId, 0).catch(context.warn);
      }
      open.clear();
    },
  };
}
