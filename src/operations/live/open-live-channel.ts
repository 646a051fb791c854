import { openLiveChannel as route } from '../../contract/live/channel.ts';
import type { LiveAnswer, LiveRequest } from '../../contract/live/channel.ts';
import type { Conversation, Line } from '../../contract/conversation.ts';
import { Refusal } from '../../contract/errors.ts';
import { operation } from '../operation.ts';
import type { ClientCaller } from '../../calls/caller.ts';
import type { Context } from '../../calls/context.ts';
import { openQrCode } from '../../proving/apps/open-qr-code.ts';
import { pushAnswer } from '../../proving/apps/push-answer.ts';
import { approvedToken, graceMs, qrCode } from '../../proving/apps/qr-code.ts';
import { isUuid } from '../../calls/is-uuid.ts';
import type { FollowedState } from '../../storage/challenge-news.ts';
import { loadAppChallenge, retireAppChallenge } from '../../storage/queries/challenges/of-apps.ts';
import { wireTime } from '../../views/wire-values.ts';

/**
 * A page opens QR codes over it, and learns what becomes of them: only it does, because their ids are no secret (A24). Or
 * it watches a push request of its token's action.
 */
export const openLiveChannel = operation(route, (context, { caller, sender }) => {
  const { ipAddress, userAgent } = sender;
  return Promise.resolve((line) => converse(context, caller, { ipAddress, userAgent }, line));
});

type QrCodeRequest = Extract<LiveRequest, { readonly type: 'CREATE_CHALLENGE' }>['data'];

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

  /** The push request that is watched; undefined for none. */
  let watched: { readonly challengeId: string; readonly stop: () => void } | undefined;

  /** The caller with the tenant as it is now: known from memory since the connection was opened. */
  function present(): ClientCaller {
    const now = context.published.tenant(tenantId);
    if (now === undefined) throw new Refusal('unauthorized', 'The tenant does not exist any more.');
    return { ...caller, tenant: now };
  }

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

  async function create({ actionCode, custom }: QrCodeRequest): Promise<void> {
    const { challengeId, expiresAtMs } = await openQrCode(context, {
      caller: present(),
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
  }

  /** Tells how a push request has ended, once; nothing as long as it has not. */
  async function tellPush(challengeId: string): Promise<void> {
    const { tenant: now } = present();
    if (token === undefined) throw new Refusal('unauthorized', 'A push request is watched with its action’s token.');
    const { isVerified, isConsumed, ...told } = await pushAnswer(
      context,
      { kind: 'client', tenant: now, token },
      challengeId,
    );
    if (!isConsumed || watched?.challengeId !== challengeId) return;
    unwatch();
    line.say({ type: 'STATE_CHANGE', data: { challengeId, state: isVerified ? 'approved' : 'rejected', ...told } });
  }

  function unwatch(): void {
    watched?.stop();
    watched = undefined;
  }

  async function watch(challengeId: string): Promise<void> {
    unwatch();
    if (!isUuid(challengeId)) throw new Refusal('not_found', 'There is no such request for this action.');
    // Followed before it is read, so that no answer falls between the two.
    const stop = challengeNews.follow({ tenantId, challengeId, state: 'unclaimed', hasUser: true }, () => {
      tellPush(challengeId).catch((error: Error) => {
        // Its user was deleted, and with them what the token is for.
        if (error instanceof Refusal) line.end('refused');
        else context.warn(error);
      });
    });
    watched = { challengeId, stop };
    await tellPush(challengeId);
    // Before it is known that the request is the token's own, nothing is said of it.
    if (watched !== undefined) line.say({ type: 'CHALLENGE_WATCHED', data: { challengeType: 'PUSH', challengeId } });
  }

  return {
    endsAtMs: token === undefined ? undefined : token.expiresAt * 1000,
    async hear(message) {
      if (message.type === 'CREATE_CHALLENGE') await create(message.data);
      else await watch(message.data.challengeId);
    },
    ended() {
      isOver = true;
      unwatch();
      for (const [challengeId, stop] of open) {
        stop();
        retire(challengeId, 0).catch(context.warn);
      }
      open.clear();
    },
  };
}
