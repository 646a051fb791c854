import { randomBytes } from 'node:crypto';
import { generateRsaKeyPair, passwordHash, slowHash } from './crypto.ts';
import type { Runtime } from './runtime.ts';
import { timeOrderedIds } from './time-ordered-ids.ts';

/** The runtime of a real process: its monotonic clock, the operating system's generator, real timers. */
export function systemRuntime(): Runtime {
  let originMs = Date.now() - performance.now();
  let isAnchored = false;
  // The time at the last anchor, before which the clock does not go.
  let reachedMs = -Infinity;
  const clock = {
    now: () => Math.max(reachedMs, Math.floor(originMs + performance.now())),
    steady: () => performance.now(),
    anchorTo(databaseNowMs: number) {
      const newOriginMs = databaseNowMs - performance.now();
      const movedMs = isAnchored ? newOriginMs - originMs : 0;
      // Only from the first anchor on: before it, this was the machine's clock.
      if (isAnchored) reachedMs = clock.now();
      originMs = newOriginMs;
      isAnchored = true;
      return movedMs;
    },
    apartFrom: (databaseNowMs: number) => Math.abs(databaseNowMs - Date.now()),
  };
  const random = { bytes: (size: number) => randomBytes(size) };
  return {
    clock,
    random,
    ids: timeOrderedIds(clock.now, inStock(random.bytes)),
    timers: {
      every(intervalMs, run) {
        let running = false;
        const timer = setInterval(() => {
          if (running) return;
          running = true;
          void Promise.resolve()
            .then(run)
            .finally(() => {
              running = false;
            });
        }, intervalMs);
        timer.unref();
        return () => clearInterval(timer);
      },
      timeout: (ms) => AbortSignal.timeout(ms),
      wait: (ms) => new Promise((resolve) => void setTimeout(resolve, ms)),
    },
    keys: { rsa: generateRsaKeyPair },
    slowHash,
    passwordHash,
  };
}

/** Small pieces out of large ones: ids take 8 bytes each, and asking the system for them costs more than the id. */
function inStock(random: (size: number) => Buffer): (size: number) => Buffer {
  let stock: Buffer = Buffer.alloc(0);
  let used = 0;
  return (size) => {
    if (used + size > stock.length) {
      stock = random(4_096);
      used = 0;
    }
    used += size;
    return stock.subarray(used - size, used);
  };
}
