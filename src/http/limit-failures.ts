import { addressBucket } from '../core/addresses/address-bucket.ts';
import type { Clock } from '../runtime/runtime.ts';
import { limitRate } from './limit-rate.ts';

const windowMs = 60_000;
const failuresMax = 30;

export interface FailureLimit {
  /** Counts one failed authentication. Returns the seconds to wait if the address has failed too often, otherwise 0. */
  countFailure(address: string): number;
}

/**
 * At most 30 failed authentications a minute per IPv4 address or IPv6 /64 (ruling 5). Only failures are counted and
 * refused: a valid key is never slowed down by a stranger behind the same address. Counted per node: the keys that it
 * protects have 256 random bits, so this limits noise and load, not guesses.
 */
export function limitFailures(clock: Clock): FailureLimit {
  const failures = limitRate(clock, { callsMax: failuresMax, windowMs });
  return { countFailure: (address) => failures.countCall(addressBucket(address)) };
}
