/**
 * Connections to places that a tenant has chosen (A76). Who may set a URL or a host may not make this server reach into
 * the network around it, so the address that is really connected to is what is checked, not a name that may be looked up
 * differently a moment later.
 */
import { isIP } from 'node:net';
import type { Socket } from 'node:net';
import ipaddr from 'ipaddr.js';
import type { Names } from './names.ts';
import { openSocket } from './open-socket.ts';
import type { Target } from './open-socket.ts';

/** The target is one that no tenant may make the server connect to. The message names no address that was looked up. */
export class TargetRefused extends Error {
  override readonly name = 'TargetRefused';
  readonly code = 'ETARGET';
}

export interface OutboundConnection {
  readonly socket: Socket;
  /** Whether the operator's own list permits the target, beyond what every tenant may name. */
  readonly isListed: boolean;
}

export interface Outbound {
  /**
   * Connects by TCP for a tenant. `ports` are those that it may name without the operator's list.
   * @throws {TargetRefused}, or whatever the network says.
   */
  connect(tenantId: string, target: Target, ports: readonly number[], signal: AbortSignal): Promise<OutboundConnection>;
  /** Whether the operator's list names this host and port, or the range of an address. Looks nothing up. */
  isListed(target: Target): boolean;
  /** Whether a tenant may name a host, as far as its text tells: an address must be public or in a listed range. */
  mayName(host: string): boolean;
}

/** `allow`: the operator's list, of addresses, CIDR ranges and `host:port`. */
export function openOutbound(allow: readonly string[], names: Names): Outbound {
  const isRange = (entry: string) => entry.includes('/') || isIP(entry) !== 0;
  const ranges = allow.filter(isRange).map(parseRange);
  const targets = new Set(allow.filter((entry) => !isRange(entry)).map((entry) => entry.toLowerCase()));

  const isInRange = (address: string) => ranges.some((range) => contains(range, address));
  const isNamed = ({ host, port }: Target) =>
    targets.has(`${isIP(host) === 6 ? `[${host}]` : plainName(host)}:${port}`);

  return {
    isListed: (target) => isNamed(target) || (isIP(target.host) !== 0 && isInRange(target.host)),
    mayName: (host) => isIP(host) === 0 || isPublicAddress(host) || isInRange(host),
    async connect(tenantId, target, ports, signal) {
      // No name ends so (WHATWG URL §3.5): it is an address, written so that not everybody sees which.
      if (isIP(target.host) === 0 && /(?:^|\.)(?:\d+|0x[\da-f]*)\.?$/i.test(target.host)) throw refused();
      const permits = (address: string) =>
        isNamed(target) || isInRange(address) || (ports.includes(target.port) && isPublicAddress(address));
      const found = await names.resolve(target.host, tenantId, signal);
      const addresses = found.filter(({ address }) => permits(address));
      if (addresses.length === 0) throw refused();
      const socket = await openSocket(target, addresses, signal);
      const { remoteAddress } = socket;
      // Looked at again because this is the one that counts.
      if (remoteAddress === undefined || !permits(remoteAddress)) {
        socket.destroy();
        throw refused();
      }
      return { socket, isListed: isNamed(target) || isInRange(remoteAddress) };
    },
  };
}

function refused(): TargetRefused {
  return new TargetRefused('This address or port may not be connected to.');
}

function plainName(host: string): string {
  return host.toLowerCase().replace(/\.$/, '');
}

type Range = ReturnType<typeof ipaddr.parseCIDR>;

function parseRange(entry: string): Range {
  if (entry.includes('/')) return ipaddr.parseCIDR(entry);
  const address = ipaddr.parse(entry);
  return [address, address.kind() === 'ipv4' ? 32 : 128];
}

function contains(range: Range, text: string): boolean {
  const address = ipaddr.process(text);
  return address.kind() === range[0].kind() && address.match(range);
}

// IANA gives out unicast addresses of IPv6 under this prefix alone (RFC 4291 §2.4 and its registry); all else is special.
const globalUnicast = ipaddr.parseCIDR('2000::/3');
// The relays of 6to4, withdrawn by RFC 7526.
const sixToFourRelays = ipaddr.parseCIDR('192.88.99.0/24');

/**
 * Whether an address is one host of the public internet: neither of this machine, nor of a network of its own, nor
 * special in any registry (RFC 6890). An IPv4 address that is written inside one of IPv6 counts as itself.
 */
export function isPublicAddress(text: string): boolean {
  if (isIP(text) === 0) return false;
  const address = ipaddr.process(text);
  if (address instanceof ipaddr.IPv4) return address.range() === 'unicast' && !address.match(sixToFourRelays);
  // NAT64 (RFC 6052 §2.1): what is connected to is the IPv4 address in the last 32 bits.
  if (address.range() === 'rfc6052')
    return isPublicAddress(new ipaddr.IPv4(address.toByteArray().slice(12)).toString());
  return address.range() === 'unicast' && address.match(globalUnicast);
}
