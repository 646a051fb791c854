import ipaddr from 'ipaddr.js';
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

/** One name for all spellings of an IPv4 address, and for all addresses of an IPv6 /64, which one subscriber has. */
export function addressBucket(address: string): string {
  if (!ipaddr.isValid(address)) return 'unknown';
  const parsed = ipaddr.process(address);
  if (parsed.kind() === 'ipv4') return parsed.toString();
  return `${ipaddr.IPv6.networkAddressFromCIDR(`${parsed.toNormalizedString()}/64`).toString()}/64`;
}
