import type { Count, CountedMeasure } from '../core/alerts/measure.ts';
import type { Clock } from '../runtime/runtime.ts';

const minuteMs = 60_000;

/** What this node counted for each tenant, minute by minute, until it is stored. */
export interface TenantCounts {
  add(tenantId: string, measure: CountedMeasure, kind: string): void;
  /** The whole counts of minutes in which something was added since it was last stored. */
  unstored(): readonly Count[];
  /** These are stored now, or nobody wants them. */
  settle(counts: readonly Count[]): void;
}

/** Counts in memory. Kinds are from closed lists, so there are few for each tenant and minute. */
export function tenantCounts(clock: Clock): TenantCounts {
  const kept = new Map<string, { now: Count; storedCount: number }>();
  const keyOf = ({ tenantId, measure, kind, minuteMs: at }: Omit<Count, 'count'>) =>
    `${tenantId} ${measure} ${kind} ${at}`;
  const minuteOf = (timeMs: number) => timeMs - (timeMs % minuteMs);

  return {
    add(tenantId, measure, kind) {
      const added = { tenantId, measure, kind, minuteMs: minuteOf(clock.now()) };
      const known = kept.get(keyOf(added));
      if (known === undefined) kept.set(keyOf(added), { now: { ...added, count: 1 }, storedCount: 0 });
      else known.now = { ...known.now, count: known.now.count + 1 };
    },
    unstored: () => [...kept.values()].flatMap(({ now, storedCount }) => (now.count === storedCount ? [] : [now])),
    settle(counts) {
      for (const count of counts) {
        const known = kept.get(keyOf(count));
        if (known !== undefined) known.storedCount = count.count;
      }
      const minute = minuteOf(clock.now());
      for (const [key, { now, storedCount }] of kept) {
        if (now.minuteMs < minute && now.count === storedCount) kept.delete(key);
      }
    },
  };
}
