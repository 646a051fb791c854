import type { Clock } from '../runtime/runtime.ts';

// Bounded, so that an attacker with many names cannot fill the memory.
const windowsMax = 100_000;

export interface RateLimit {
  /** Counts one call. Returns the seconds to wait if it exceeds the limit, otherwise 0. */
  countCall(name: string): number;
}

/** At most `callsMax` calls per window for each name, counted on this node alone. */
export function limitRate(
  clock: Clock,
  { callsMax, windowMs }: { readonly callsMax: number; readonly windowMs: number },
): RateLimit {
  let windows = new Map<string, { startedMs: number; calls: number }>();
  return {
    countCall(name) {
      const nowMs = clock.steady();
      let current = windows.get(name);
      if (current === undefined || nowMs - current.startedMs >= windowMs) {
        if (windows.size >= windowsMax) windows = new Map();
        current = { startedMs: nowMs, calls: 0 };
        windows.set(name, current);
      }
      current.calls += 1;
      return current.calls > callsMax ? Math.ceil((current.startedMs + windowMs - nowMs) / 1000) : 0;
    },
  };
}
