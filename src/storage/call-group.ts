/**
 * Calls that are made at the same time leave together, as one message and one transaction, which spares all but one of
 * them the way to the database, the wait for the disk and the work around both.
 *
 * Nothing waits for company: what is asked within one turn of the event loop goes when the turn ends, and more joins only
 * while no connection is free. A call that has no company runs as if there were no groups. Each statement is the one that
 * would run alone, with its own snapshot, so that a group changes nothing but the moment of its commit.
 */
import type { StatementCall } from './row-types.ts';

/** A call, and whom to tell how it ended. */
export interface PendingCall extends StatementCall {
  resolve(rows: Record<string, unknown>[]): void;
  reject(error: Error): void;
}

/**
 * How many calls leave together at most. The statements of a group run one after another, so that larger ones spare little
 * more and keep the node and the database waiting for each other.
 */
export const groupedCallsMax = 8;

/** Collects calls of one kind until they can leave. */
export class CallGroup {
  private readonly onDeparture: () => void;
  private waiting: PendingCall[] = [];
  private isDeparting = false;

  /** `onDeparture` is told that calls wait, and {@link take}s them as soon as they can be run. */
  constructor(onDeparture: () => void) {
    this.onDeparture = onDeparture;
  }

  add(call: PendingCall): void {
    this.waiting.push(call);
    this.depart();
  }

  /**
   * The calls that leave together now: at most one of a user, in the order of tenant and user, so that no two groups wait
   * for each other. The rest depart right after them.
   */
  take(): readonly PendingCall[] {
    this.isDeparting = false;
    const taken = new Map<string, PendingCall>();
    const left: PendingCall[] = [];
    for (const call of this.waiting) {
      const user = `${String(call.values[0])} ${String(call.values[1])}`;
      if (taken.size < groupedCallsMax && !taken.has(user)) taken.set(user, call);
      else left.push(call);
    }
    this.waiting = left;
    if (left.length > 0) this.depart();
    if (taken.size === 1) return [...taken.values()];
    return [...taken].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, call]) => call);
  }

  /** Tells all who wait that they cannot leave. */
  refuse(error: Error): void {
    this.isDeparting = false;
    const calls = this.waiting;
    this.waiting = [];
    for (const call of calls) call.reject(error);
  }

  private depart(): void {
    if (this.isDeparting) return;
    this.isDeparting = true;
    // eslint-disable-next-line no-restricted-syntax -- not a time: the end of this turn of the event loop, which cannot be told from outside
    setImmediate(this.onDeparture);
  }
}
