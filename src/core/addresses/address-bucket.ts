import ipaddr from 'ipaddr.js';
import { networkOf } from './network-of.ts';

/** One name for all spellings of an IPv4 address, and for all addresses of an IPv6 /64, which one subscriber has. */
export function addressBucket(address: string): string {
  return ipaddr.isValid(address) ? networkOf(ipaddr.process(address).toString()) : 'unknown';
}
