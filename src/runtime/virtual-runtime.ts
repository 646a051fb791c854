import { createHash } from 'node:crypto';
import { codeHashPlaces, generateRsaKeyPair, openSlowHashes, passwordHashPlaces } from './crypto.ts';
import type { NewKeyPair, Runtime } from './runtime.ts';
import { timeOrderedIds } from './time-ordered-ids.ts';

/** A runtime whose time passes only when the code that made it says so. */
export interface VirtualRuntime extends Runtime {
  /** Sets the clock, without running any timer. */
  moveTo(timeMs: number): void;
  /** Moves the clock forward, then runs each timer that fell due meanwhile, once. */
  advance(ms: number): Promise<void>;
}

/** When every virtual runtime begins. */
const startMs = Date.UTC(2026, 0, 15, 10, 0, 0);

// Shared by all virtual runtimes of a process, because a key takes a tenth of a second: the first key, the second, …
const rsaKeyPairs: Promise<NewKeyPair>[] = [];

// Not slow: a user's first authenticator makes ten, and nobody attacks what they protect.
const cost = { N: 2, r: 8, p: 1 };
const slowHash = openSlowHashes(cost, codeHashPlaces);
const passwordHash = openSlowHashes(cost, passwordHashPlaces);

/**
 * A deterministic runtime: every run starts at the same instant, and the same seed gives the same bytes and ids. The keys of
 * one runtime differ from each other; two runtimes of one process make the same keys.
 */
export function virtualRuntime(seed = ''): VirtualRuntime {
  let nowMs = startMs;
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
    steady: () => nowMs,
    // The database has the real time.
    anchorTo: () => 0,
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
      timeout: (ms) => AbortSignal.timeout(ms),
      // Waiting moves the clock; the event loop gets one turn for real input and output.
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
    slowHash,
    passwordHash,
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
