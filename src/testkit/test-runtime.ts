import { createHash } from 'node:crypto';
import { generateRsaKeyPair } from '../runtime/crypto.ts';
import type { NewKeyPair, Runtime } from '../runtime/runtime.ts';
import { timeOrderedIds } from '../runtime/time-ordered-ids.ts';

export interface TestRuntime extends Runtime {
  /** Sets the clock, without running any timer. */
  moveTo(timeMs: number): void;
  /** Moves the clock forward, then runs each timer that fell due meanwhile, once. */
  advance(ms: number): Promise<void>;
}

/** Where every test's time begins. */
const testStartMs = Date.UTC(2026, 0, 15, 10, 0, 0);

// The first key that any runtime made, the second, …: they take a tenth of a second each.
const rsaKeyPairs: Promise<NewKeyPair>[] = [];

/**
 * A runtime that repeats itself: the same instant, and for the same seed the same bytes and ids, at every run. All that a
 * runtime makes differs, also its keys; two runtimes of one process make the same keys.
 */
export function testRuntime(seed = ''): TestRuntime {
  let nowMs = testStartMs;
  let draws = 0;
  let keysMade = 0;
  const timers = new Set<{ intervalMs: number; dueMs: number; run: () => Promise<void> | void }>();
  const bytes = (size: number) => {
    const parts: Buffer[] = [];
    for (let length = 0; length < size; length += 32) {
      draws += 1;
      parts.push(createHash('sha256').update(`draw ${seed}${draws}`).digest());
    }
    return Buffer.concat(parts).subarray(0, size);
  };
  const clock = {
    now: () => nowMs,
    // The database of a test lives in another time.
    anchorTo: () => undefined,
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
      // Waiting is what makes time pass here; the world outside gets a moment of its own.
      async wait(ms) {
        nowMs += ms;
        await new Promise((resolve) => setImmediate(resolve));
      },
    },
    keys: {
      rsa() {
        keysMade += 1;
        return (rsaKeyPairs[keysMade - 1] ??= generateRsaKeyPair());
      },
    },
    moveTo(timeMs) {
      nowMs = timeMs;
    },
    async advance(ms) {
      nowMs += ms;
      for (const timer of timers) {
        if (timer.dueMs > nowMs) continue;
        // Once, however often it fell due: a real timer that was late does not catch up either.
        timer.dueMs = nowMs + timer.intervalMs;
        await timer.run();
      }
    },
  };
}
