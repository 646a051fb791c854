import ipaddr from 'ipaddr.js';
import type { Clock } from '../runtime/runtime.ts';

const windowMs = 60_000;
const failuresMax = 30;
// Bounded, so that an attacker with many addresses cannot fill the memory.
const bucketsMax = 100_000;

export interface FailureLimit {
  /** Counts one failed authentication. Gives the seconds to wait when the address has failed too often, else 0. */
  countFailure(address: string): number;
}

/**
 * At most 30 failed authentications a minute per IPv4 address or IPv6 /64 (ruling 5). Only failures are counted and only
 * failures are refused: a valid key is never slowed down by a stranger behind the same address. Kept per node: the keys
 * it protects have 256 random bits, so this bounds noise and load, not guesses.
 */
export function limitFailures(clock: Clock): FailureLimit {
  let buckets = new Map<string, { startedMs: number; failures: number }>();
  return {
    countFailure(address) {
      const nowMs = clock.now();
      const name = addressBucket(address);
      let bucket = buckets.get(name);
      if (bucket === undefined || nowMs - bucket.startedMs >= windowMs) {
        if (buckets.size >= bucketsMax) buckets = new Map();
        bucket = { startedMs: nowMs, failures: 0 };
        buckets.set(name, bucket);
      }
      bucket.failures += 1;
      return bucket.failures > failuresMax ? Math.ceil((bucket.startedMs + windowMs - nowMs) / 1000) : 0;
    },
  };
}

/** One name for all spellings of an IPv4 address, and for all addresses of an IPv6 /64, which one subscriber owns. */
export function addressBucket(address: string): string {
  if (!ipaddr.isValid(address)) return 'unknown';
  const parsed = ipaddr.process(address);
  if (parsed.kind() === 'ipv4') return parsed.toString();
  return `${ipaddr.IPv6.networkAddressFromCIDR(`${parsed.toNormalizedString()}/64`).toString()}/64`;
}
