/**
 * Connections to places that a tenant has chosen (A76). Who may set a URL or a host may not make this server reach into
 * the network around it, so the address that is really connected to is what is checked, not a name that may be looked up
 * differently a moment later.
 */
import { lookup as systemLookup } from 'node:dns';
import { connect, isIP } from 'node:net';
import type { Socket } from 'node:net';
import ipaddr from 'ipaddr.js';

/** The target is one that no tenant may make the server connect to. The message names no address that was looked up. */
export class TargetRefused extends Error {
  override readonly name = 'TargetRefused';
  readonly code = 'ETARGET';
}

interface Target {
  readonly host: string;
  readonly port: number;
}

export interface OutboundConnection {
  readonly socket: Socket;
  /** Whether the operator's own list permits the target, beyond what every tenant may name. */
  readonly isListed: boolean;
}

export interface Outbound {
  /**
   * Connects by TCP. `ports` are those that a tenant may name without the operator's list.
   * @throws {TargetRefused}, or whatever the network says.
   */
  connect(target: Target, ports: readonly number[], signal: AbortSignal): Promise<OutboundConnection>;
  /** Whether the operator's list names this host and port, or the range of an address. Looks nothing up. */
  isListed(target: Target): boolean;
  /** Whether a tenant may name a host, as far as its text tells: an address must be public or in a listed range. */
  mayName(host: string): boolean;
}

interface ResolvedAddress {
  readonly address: string;
  readonly family: number;
}

/** The addresses of a name, as `dns.lookup` gives them. */
export type Lookup = (
  host: string,
  options: { readonly all: true },
  done: (error: Error | null, addresses: readonly ResolvedAddress[]) => void,
) => void;

/** `allow`: the operator's list, of addresses, CIDR ranges and `host:port`. */
export function openOutbound(allow: readonly string[], lookup: Lookup = systemLookup as Lookup): Outbound {
  const isRange = (entry: string) => entry.includes('/') || isIP(entry) !== 0;
  const ranges = allow.filter(isRange).map(parseRange);
  const targets = new Set(allow.filter((entry) => !isRange(entry)).map((entry) => entry.toLowerCase()));

  const isInRange = (address: string) => ranges.some((range) => contains(range, address));
  const isNamed = ({ host, port }: Target) =>
    targets.has(`${isIP(host) === 6 ? `[${host}]` : plainName(host)}:${port}`);

  return {
    isListed: (target) => isNamed(target) || (isIP(target.host) !== 0 && isInRange(target.host)),
    mayName: (host) => isIP(host) === 0 || isPublicAddress(host) || isInRange(host),
    async connect(target, ports, signal) {
      signal.throwIfAborted();
      const permits = (address: string) =>
        isNamed(target) || isInRange(address) || (ports.includes(target.port) && isPublicAddress(address));
      const addresses = (await resolve(target.host, lookup, signal)).filter(({ address }) => permits(address));
      if (addresses.length === 0) throw new TargetRefused('This address or port may not be connected to.');
      const socket = await open(target, addresses, signal);
      const { remoteAddress } = socket;
      // Looked at again because this is the one that counts.
      if (remoteAddress === undefined || !permits(remoteAddress)) {
        socket.destroy();
        throw new TargetRefused('This address or port may not be connected to.');
      }
      return { socket, isListed: isNamed(target) || isInRange(remoteAddress) };
    },
  };
}

async function resolve(host: string, lookup: Lookup, signal: AbortSignal): Promise<readonly ResolvedAddress[]> {
  const family = isIP(host);
  if (family !== 0) return [{ address: host, family }];
  return new Promise((done, fail) => {
    const stop = () => fail(tooLate(signal));
    signal.addEventListener('abort', stop, { once: true });
    lookup(host, { all: true }, (error, addresses) => {
      signal.removeEventListener('abort', stop);
      if (error === null) done(addresses);
      else fail(error);
    });
  });
}

async function open(
  { host, port }: Target,
  addresses: readonly ResolvedAddress[],
  signal: AbortSignal,
): Promise<Socket> {
  const socket = connect({
    host,
    port,
    // Node tries them in turn, and no other look-up takes place.
    lookup: (_host, options, done) => {
      const [first] = addresses;
      if (options.all === true) done(null, [...addresses]);
      else done(null, first?.address ?? '', first?.family ?? 4);
    },
  });
  // What becomes of it later is seen by whoever uses it; without a listener it would end the process.
  socket.on('error', () => undefined);
  return new Promise((done, fail) => {
    const stop = () => {
      socket.destroy();
      fail(tooLate(signal));
    };
    signal.addEventListener('abort', stop, { once: true });
    socket.once('error', fail);
    socket.once('connect', () => {
      signal.removeEventListener('abort', stop);
      done(socket);
    });
  });
}

function tooLate({ reason }: AbortSignal): Error {
  return reason instanceof Error ? reason : new Error('It took too long.');
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
