import ipaddr from 'ipaddr.js';

/** Whether a socket's address is this machine's own loopback. */
export function isLoopback(address: string): boolean {
  return ipaddr.isValid(address) && ipaddr.process(address).range() === 'loopback';
}
