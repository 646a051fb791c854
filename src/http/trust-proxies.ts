import ipaddr from 'ipaddr.js';
import { bareAddress } from '../core/addresses/bare-address.ts';

/** Whether an address, in any notation, is a trusted proxy: one of these addresses or in one of these CIDR ranges. */
export function trustProxies(trusted: readonly string[]): (address: string) => boolean {
  const ranges = trusted.map((text) => (text.includes('/') ? ipaddr.parseCIDR(text) : wholeOf(ipaddr.parse(text))));
  return (given) => {
    const bare = bareAddress(given);
    if (bare === null || !ipaddr.isValid(bare)) return false;
    const address = ipaddr.process(bare);
    return ranges.some(([network, bits]) => network.kind() === address.kind() && address.match(network, bits));
  };
}

function wholeOf(address: ipaddr.IPv4 | ipaddr.IPv6): [ipaddr.IPv4 | ipaddr.IPv6, number] {
  const plain = ipaddr.process(address.toString());
  return [plain, plain.kind() === 'ipv4' ? 32 : 128];
}
