import { createHash } from 'node:crypto';
import type { Runtime } from '../runtime/runtime.ts';
import { timeOrderedIds } from '../runtime/time-ordered-ids.ts';

export interface TestRuntime extends Runtime {
  /** Moves the clock forward and runs the timers that fall due, in order. */
  advance(ms: number): Promise<void>;
}

/** Where every test's time begins. */
export const testStartMs = Date.UTC(2026, 0, 15, 10, 0, 0);

/** A runtime that repeats itself: the same instant, the same bytes, the same ids at every run. */
export function testRuntime(startMs = testStartMs): TestRuntime {
  let nowMs = startMs;
  let draws = 0;
  const timers = new Set<{ intervalMs: number; dueMs: number; run: () => Promise<void> | void }>();
  const bytes = (size: number) => {
    const parts: Buffer[] = [];
    for (let length = 0; length < size; length += 32) {
      draws += 1;
      parts.push(createHash('sha256').update(`draw ${draws}`).digest());
    }
    return Buffer.concat(parts).subarray(0, size);
  };
  const clock = {
    now: () => nowMs,
    anchorTo: (databaseNowMs: number) => {
      nowMs = databaseNowMs;
    },
  };
  return {
    clock,
    random: { bytes },
    ids: timeOrderedIds(clock.now, bytes),
    timers: {
      every(intervalMs, run) {
        const timer = { intervalMs, dueMs: nowMs + intervalMs, run };
        timers.add(timer);
        return () => timers.delete(timer);
      },
    },
    async advance(ms) {
      const untilMs = nowMs + ms;
      for (;;) {
        const [next] = [...timers]
          .filter((timer) => timer.dueMs <= untilMs)
          .sort((left, right) => left.dueMs - right.dueMs);
        if (next === undefined) break;
        nowMs = next.dueMs;
        next.dueMs += next.intervalMs;
        await next.run();
      }
      nowMs = untilMs;
    },
  };
}
