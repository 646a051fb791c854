/**
 * Places that several owners share. Whoever finds none free waits, and free ones go round the owners in turn: one that asks
 * for a hundred makes another wait for one.
 */
export interface Turns {
  /** Runs `work` in a place. @throws {TurnsBusy}, or the signal's reason if it is aborted while the work waits */
  run<Result>(owner: unknown, work: () => Promise<Result>, signal?: AbortSignal): Promise<Result>;
}

/** Too many wait already, and the owner has its share of them. */
export class TurnsBusy extends Error {
  override readonly name = 'TurnsBusy';
}

interface Owner {
  running: number;
  /** Whoever waits, longest first. */
  readonly waiting: Set<() => void>;
}

export function openTurns({
  placesMax = Infinity,
  ownPlacesMax = Infinity,
  waitingMax = Infinity,
}: {
  readonly placesMax?: number;
  /** Of the places, those that one owner can have at once. */
  readonly ownPlacesMax?: number;
  /** How many may wait, shared among the owners of whom any does. */
  readonly waitingMax?: number;
}): Turns {
  // In the order in which their turn comes.
  const owners = new Map<unknown, Owner>();
  let running = 0;

  function place(owner: Owner): void {
    owner.running += 1;
    running += 1;
  }

  /** Gives a place that is free now to whoever waits and has the turn. */
  function passOn(): void {
    for (const [key, owner] of owners) {
      const [take] = owner.waiting;
      if (take === undefined || owner.running >= ownPlacesMax) continue;
      owners.delete(key);
      owners.set(key, owner);
      take();
      return;
    }
  }

  function wait(owner: Owner, signal: AbortSignal | undefined): Promise<void> {
    const others = [...owners.values()].filter((one) => one !== owner && one.waiting.size > 0).length;
    if (owner.waiting.size >= waitingMax / (others + 1)) throw new TurnsBusy('Too many are waiting.');
    return new Promise((done, fail) => {
      const leave = () => {
        owner.waiting.delete(take);
        signal?.removeEventListener('abort', stop);
      };
      const take = () => {
        leave();
        place(owner);
        done();
      };
      const stop = () => {
        leave();
        fail(signal?.reason instanceof Error ? signal.reason : new Error('It took too long.'));
      };
      owner.waiting.add(take);
      signal?.addEventListener('abort', stop, { once: true });
    });
  }

  return {
    async run(key, work, signal) {
      signal?.throwIfAborted();
      const owner = owners.get(key) ?? { running: 0, waiting: new Set() };
      owners.set(key, owner);
      if (running < placesMax && owner.running < ownPlacesMax) place(owner);
      else await wait(owner, signal);
      try {
        return await work();
      } finally {
        owner.running -= 1;
        running -= 1;
        if (owner.running === 0 && owner.waiting.size === 0) owners.delete(key);
        passOn();
      }
    },
  };
}
