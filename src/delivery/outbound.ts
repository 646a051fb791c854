/**
 * Connections to targets that a tenant has chosen (A76). A tenant who can set a URL or a host must not be able to make
 * this server reach its own network. So the check applies to the address that is actually connected to, not to a name
 * that may resolve differently a moment later.
 */
import { isIP } from 'node:net';
import type { Socket } from 'node:net';
import ipaddr from 'ipaddr.js';
import type { Names } from './names.ts';
import { openSocket } from './open-socket.ts';
import type { Target } from './open-socket.ts';

/** Tenants may not make the server connect to this target. The message contains no address that was looked up. */
export class TargetRefused extends Error {
  override readonly name = 'TargetRefused';
  readonly code = 'ETARGET';
}

export interface OutboundConnection {
  readonly socket: Socket;
  /** Whether the operator's list permits the target, beyond what every tenant may use. */
  readonly isListed: boolean;
}

export interface Outbound {
  /**
   * Connects by TCP for a tenant. `ports` are those that it may use without the operator's list.
   * @throws {TargetRefused}, or a network error.
   */
  connect(tenantId: string, target: Target, ports: readonly number[], signal: AbortSignal): Promise<OutboundConnection>;
  /** Whether the operator's list has this host and port, or a range with this address. Looks up no names but localhost. */
  isListed(target: Target): boolean;
  /** Whether a tenant may use a host, judging by its text: an address must be public or in a listed range. */
  mayName(host: string): boolean;
}

/** `allow`: the operator's list, of addresses, CIDR ranges and `host:port`. */
export function openOutbound(allow: readonly string[], names: Names): Outbound {
  const isRange = (entry: string) => entry.includes('/') || isIP(entry) !== 0;
  const ranges = allow.filter(isRange).map(parseRange);
  const targets = new Set(allow.filter((entry) => !isRange(entry)).map((entry) => entry.toLowerCase()));

  const isInRange = (address: string) => isIP(address) !== 0 && ranges.some((range) => contains(range, address));
  const isNamed = ({ host, port }: Target) =>
    targets.has(`${isIP(host) === 6 ? `[${host}]` : plainName(host)}:${port}`);

  return {
    isListed: (target) =>
      isNamed(target) || isInRange(plainName(target.host) === 'localhost' ? '127.0.0.1' : target.host),
    mayName: (host) => isIP(host) === 0 || isPublicAddress(host) || isInRange(host),
    async connect(tenantId, target, ports, signal) {
      // No name ends this way (WHATWG URL §3.5): it is an address in disguise.
      if (isIP(target.host) === 0 && /(?:^|\.)(?:\d+|0x[\da-f]*)\.?$/i.test(target.host)) throw refused();
      const permits = (address: string) =>
        isNamed(target) || isInRange(address) || (ports.includes(target.port) && isPublicAddress(address));
      const found = await names.resolve(target.host, tenantId, signal);
      const addresses = found.filter(({ address }) => permits(address));
      if (addresses.length === 0) throw refused();
      const socket = await openSocket(target, addresses, signal);
      const { remoteAddress } = socket;
      // Checked again because this is the address that is used.
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

// IANA assigns unicast addresses of IPv6 only under this prefix (RFC 4291 §2.4 and its registry); everything else is
// special.
const globalUnicast = ipaddr.parseCIDR('2000::/3');
// The relays of 6to4, withdrawn by RFC 7526.
const sixToFourRelays = ipaddr.parseCIDR('192.88.99.0/24');

/**
 * Whether an address is one host of the public internet: not of this machine or a private network, and not special in
 * any registry (RFC 6890). An IPv4 address written inside an IPv6 address counts as itself.
 */
export function isPublicAddress(text: string): boolean {
  if (isIP(text) === 0) return false;
  const address = ipaddr.process(text);
  if (address instanceof ipaddr.IPv4) return address.range() === 'unicast' && !address.match(sixToFourRelays);
  // NAT64 (RFC 6052 §2.1): the connection goes to the IPv4 address in the last 32 bits.
  if (address.range() === 'rfc6052')
    return isPublicAddress(new ipaddr.IPv4(address.toByteArray().slice(12)).toString());
  return address.range() === 'unicast' && address.match(globalUnicast);
}
