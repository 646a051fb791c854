/** The answer to a push: told over a live connection where one can be had, else found by polling. */
import type { Client, Verification } from './client.ts';
import { ApiError } from './errors.ts';
import { openLive } from './live.ts';

export type PushRejection = 'REFUSED' | 'NOT_ME' | 'WRONG_NUMBER';

/** `ended`: nobody can answer any more, or the server does not say who did. */
export type PushAnswer = 'approved' | 'ended' | PushRejection;

const pollMs = 2_000;
// A connection that has silently died, as when a laptop changes its network, must not keep the page waiting.
const beside = 10_000;

interface Answer extends Verification {
  readonly isConsumed: boolean;
  readonly rejection?: PushRejection;
}

/**
 * Waits for the answer to a push request of the client's action, and continues with the token that an approval earned.
 * Never settles if `signal` aborts.
 */
export function followPush(client: Client, challengeId: string, signal: AbortSignal): Promise<PushAnswer> {
  return new Promise((resolve) => {
    let isOver = false;
    let isWatched = false;
    let timer: ReturnType<typeof setTimeout> | undefined;
    let closeLive = (): void => undefined;

    const stop = () => {
      isOver = true;
      clearTimeout(timer);
      closeLive();
    };
    const finish = (answer: PushAnswer) => {
      if (isOver) return;
      stop();
      resolve(answer);
    };
    const pollLater = () => {
      clearTimeout(timer);
      if (!isOver) timer = setTimeout(() => void poll(), isWatched ? beside : pollMs);
    };
    const poll = async () => {
      const answer = await client.prove('/verify/push', { challengeId }).then(
        (reply) => reply as Answer,
        // A temporary failure must not end the wait; a final refusal by the server does.
        (error: unknown) => (error instanceof ApiError && error.status < 429 ? ('over' as const) : undefined),
      );
      if (answer === 'over') finish('ended');
      else if (answer?.isVerified === true) finish('approved');
      else if (answer?.isConsumed === true) finish(answer.rejection ?? 'ended');
      else pollLater();
    };

    signal.addEventListener('abort', stop);
    pollLater();
    try {
      closeLive = openLive(client, {
        opened: (say) => say({ type: 'WATCH_CHALLENGE', data: { challengeType: 'PUSH', challengeId } }),
        heard: ({ type, data }) => {
          if (type === 'CHALLENGE_WATCHED') {
            isWatched = true;
            pollLater();
          }
          if (type !== 'STATE_CHANGE' || isOver) return;
          if (data.state !== 'approved') finish((data.rejection as PushRejection | undefined) ?? 'ended');
          else if (data.accessToken !== undefined) {
            client.continueWith(data.accessToken);
            finish('approved');
          }
        },
        lost: () => {
          isWatched = false;
          pollLater();
        },
      });
    } catch {
      // No WebSocket here: polling has begun.
    }
  });
}
