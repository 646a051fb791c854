/**
 * Where challenges stand that live connections of this node wait for: known at once by NOTIFY from whichever node moved
 * them, and by polling where a notification is lost, or the connection that listens.
 */
import type { Runtime } from '../runtime/runtime.ts';
import { challengeChannel, loadAppChallengeStates } from './queries/challenges/of-apps.ts';
import type { AppChallengeState } from './queries/challenges/of-apps.ts';
import type { Database } from './sql.ts';

/** A challenge that was deleted is `gone`: its user was. */
export type FollowedState = AppChallengeState | 'gone';

export interface ChallengeNews {
  /**
   * Calls back with each state that a challenge reaches after `state`, until it is over. Returns a stop. A state that is
   * passed quickly may be left out.
   */
  follow(
    challenge: Pick<Followed, 'tenantId' | 'challengeId' | 'state' | 'hasUser'>,
    tell: (state: FollowedState) => void,
  ): () => void;
  stop(): void;
}

interface Followed {
  readonly tenantId: string;
  readonly challengeId: string;
  /** Whether it was opened for a user, before anyone has claimed it. */
  readonly hasUser: boolean;
  readonly tell: (state: FollowedState) => void;
  state: AppChallengeState;
}

// What ends a user's challenge has to end it everywhere within a second (A40). One that nobody has claimed has no user.
const pollMs = 500;
const unclaimedMs = 5_000;
// One statement names at most this many, so that it stays short.
const idsMax = 500;

export async function openChallengeNews(
  db: Database,
  { clock, timers }: Pick<Runtime, 'clock' | 'timers'>,
  onProblem: (error: unknown) => void,
): Promise<ChallengeNews> {
  /** By challenge: two tabs of a user may wait for the same one. */
  const all = new Map<string, Set<Followed>>();

  function forget(followed: Followed): void {
    const { challengeId } = followed;
    const theirs = all.get(challengeId);
    theirs?.delete(followed);
    if (theirs?.size === 0) all.delete(challengeId);
  }

  function report(followed: Followed, state: FollowedState): void {
    if (state === followed.state || all.get(followed.challengeId)?.has(followed) !== true) return;
    if (state === 'unclaimed' || state === 'claimed') followed.state = state;
    else forget(followed);
    followed.tell(state);
  }

  async function look(asked: readonly Followed[]): Promise<void> {
    const byTenant = new Map<string, Followed[]>();
    for (const followed of asked) {
      const theirs = byTenant.get(followed.tenantId);
      if (theirs === undefined) byTenant.set(followed.tenantId, [followed]);
      else theirs.push(followed);
    }
    for (const [tenantId, theirs] of byTenant) {
      for (let from = 0; from < theirs.length; from += idsMax) {
        const some = theirs.slice(from, from + idsMax);
        const ids = some.map(({ challengeId }) => challengeId);
        const rows = await loadAppChallengeStates(db, tenantId, ids, clock.now());
        const states = new Map(rows.map(({ challengeId, state }) => [challengeId, state]));
        for (const followed of some) report(followed, states.get(followed.challengeId) ?? 'gone');
      }
    }
  }

  await db.listen(challengeChannel, (challengeId) => {
    const followed = all.get(challengeId);
    if (followed !== undefined) look([...followed]).catch(onProblem);
  });
  let lookedAtMs = clock.steady();
  const stopPolling = timers.every(pollMs, async () => {
    const isTimeForAll = clock.steady() - lookedAtMs >= unclaimedMs;
    if (isTimeForAll) lookedAtMs = clock.steady();
    const isDue = ({ state, hasUser }: Followed) => state === 'claimed' || hasUser || isTimeForAll;
    const due = [...all.values()].flatMap((theirs) => [...theirs].filter(isDue));
    await look(due).catch(onProblem);
  });

  return {
    follow(challenge, tell) {
      const { challengeId } = challenge;
      const followed: Followed = { ...challenge, tell };
      const theirs = all.get(challengeId);
      if (theirs === undefined) all.set(challengeId, new Set([followed]));
      else theirs.add(followed);
      return () => forget(followed);
    },
    stop: stopPolling,
  };
}
