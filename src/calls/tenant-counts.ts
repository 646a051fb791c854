import type { Count, CountedMeasure, HourCount } from '../core/alerts/measure.ts';
import type { Clock } from '../runtime/runtime.ts';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;

/** What this node counted for each tenant, minute by minute, until it is stored; and hour by hour. */
export interface TenantCounts {
  add(tenantId: string, measure: CountedMeasure, kind: string): void;
  /** The whole counts of minutes in which something was added since it was last stored. */
  unstored(): readonly Count[];
  /** These are stored now, or nobody wants them. */
  settle(counts: readonly Count[]): void;
  /** The whole counts of hours in which something was added since it was last stored. */
  unstoredHours(): readonly HourCount[];
  /** These are stored now. */
  settleHours(counts: readonly HourCount[]): void;
}

/** Counts in memory. Kinds are from closed lists, so there are few for each tenant and minute. */
export function tenantCounts(clock: Clock): TenantCounts {
  const kept = new Map<string, { now: Count; storedCount: number; foldedCount: number }>();
  const hours = new Map<string, { now: HourCount; storedCount: number }>();
  const keyOf = ({ tenantId, measure, kind }: Omit<Count, 'count' | 'minuteMs'>, at: number) =>
    `${tenantId} ${measure} ${kind} ${at}`;
  const minuteOf = (timeMs: number) => timeMs - (timeMs % minuteMs);
  const hourOf = (timeMs: number) => timeMs - (timeMs % hourMs);

  /** Adds up the minutes, which calls alone count: before any is dropped. */
  function fold(): void {
    for (const minute of kept.values()) {
      const { minuteMs: at, count, ...what } = minute.now;
      const added = count - minute.foldedCount;
      if (added === 0) continue;
      minute.foldedCount = count;
      const key = keyOf(what, hourOf(at));
      const known = hours.get(key);
      if (known === undefined) hours.set(key, { now: { ...what, hourMs: hourOf(at), count: added }, storedCount: 0 });
      else known.now = { ...known.now, count: known.now.count + added };
    }
  }

  return {
    add(tenantId, measure, kind) {
      const added = { tenantId, measure, kind, minuteMs: minuteOf(clock.now()) };
      const key = keyOf(added, added.minuteMs);
      const known = kept.get(key);
      if (known === undefined) kept.set(key, { now: { ...added, count: 1 }, storedCount: 0, foldedCount: 0 });
      else known.now = { ...known.now, count: known.now.count + 1 };
    },
    unstored() {
      fold();
      return [...kept.values()].flatMap(({ now, storedCount }) => (now.count === storedCount ? [] : [now]));
    },
    settle(counts) {
      for (const count of counts) {
        const known = kept.get(keyOf(count, count.minuteMs));
        if (known !== undefined) known.storedCount = count.count;
      }
      const minute = minuteOf(clock.now());
      for (const [key, { now, storedCount }] of kept) {
        if (now.minuteMs < minute && now.count === storedCount) kept.delete(key);
      }
    },
    unstoredHours() {
      fold();
      return [...hours.values()].flatMap(({ now, storedCount }) => (now.count === storedCount ? [] : [now]));
    },
    settleHours(counts) {
      for (const count of counts) {
        const known = hours.get(keyOf(count, count.hourMs));
        if (known !== undefined) known.storedCount = count.count;
      }
      // The last minute of an hour may still be folded into it: kept until nothing can be any more.
      const hour = hourOf(clock.now() - 2 * minuteMs);
      for (const [key, { now, storedCount }] of hours) {
        if (now.hourMs < hour && now.count === storedCount) hours.delete(key);
      }
    },
  };
}
