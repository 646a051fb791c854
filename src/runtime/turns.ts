import { Lines } from './lines.ts';

/**
 * A limit on concurrent work that several owners share. If no place is free, the work waits, and free places go round the
 * owners in turn: an owner with a hundred pieces of work makes another wait for one.
 */
export interface Turns {
  /** Runs `work` in a place. @throws {TurnsBusy}, or the signal's reason if it is aborted while the work waits */
  run<Result>(owner: unknown, work: () => Promise<Result>, signal?: AbortSignal): Promise<Result>;
}

/** Too many pieces of work are waiting, or too many owners. */
export class TurnsBusy extends Error {
  override readonly name = 'TurnsBusy';
}

export function openTurns({
  placesMax = Infinity,
  ownPlacesMax = Infinity,
  waitingMax = Infinity,
}: {
  readonly placesMax?: number;
  /** How many places one owner can have at once. */
  readonly ownPlacesMax?: number;
  /**
   * How many owners may wait for their next place, and how many pieces of work may wait behind those, which the owners share.
   * So owners without number make no endless line, and whoever floods takes nobody's place to wait for their next.
   */
  readonly waitingMax?: number;
}): Turns {
  const lines = new Lines<unknown, () => void>();
  // How many places each owner has, and all together.
  const taken = new Map<unknown, number>();
  let takenByAll = 0;

  function take(owner: unknown, change: 1 | -1): void {
    const own = (taken.get(owner) ?? 0) + change;
    if (own === 0) taken.delete(owner);
    else taken.set(owner, own);
    takenByAll += change;
  }
  const mayTake = (owner: unknown) => (taken.get(owner) ?? 0) < ownPlacesMax;

  function isFullFor(owner: unknown): boolean {
    const owners = [...lines.owners()];
    const own = lines.line(owner).length;
    if (own === 0) return owners.length >= waitingMax;
    const behind = owners.reduce<number>((sum, one) => sum + lines.line(one).length - 1, 0);
    return own >= waitingMax / owners.length || behind >= waitingMax;
  }

  function wait(owner: unknown, signal: AbortSignal | undefined): Promise<void> {
    if (isFullFor(owner)) throw new TurnsBusy('Too many are waiting.');
    return new Promise((done, fail) => {
      const begin = () => {
        signal?.removeEventListener('abort', stop);
        take(owner, 1);
        done();
      };
      const stop = () => {
        lines.take(owner, (one) => one === begin);
        fail(signal?.reason instanceof Error ? signal.reason : new Error('It took too long.'));
      };
      lines.add(owner, begin);
      signal?.addEventListener('abort', stop, { once: true });
    });
  }

  return {
    async run(owner, work, signal) {
      signal?.throwIfAborted();
      if (takenByAll < placesMax && mayTake(owner)) take(owner, 1);
      else await wait(owner, signal);
      try {
        return await work();
      } finally {
        take(owner, -1);
        lines.next((_begin, one) => mayTake(one))?.item();
      }
    },
  };
}
