import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';
import { bareAddress } from '../core/addresses/bare-address.ts';

/** Where an address can be reached from: the internet, one organisation's own network, or nowhere on the map. */
export type AddressScope = 'public' | 'private' | 'reserved';

/** An address that was understood: one text, one number and one scope for all of its spellings. */
export interface IpAddress {
  /** RFC 5952 for IPv6, dotted decimal for IPv4; IPv4-mapped IPv6 is IPv4. Equal addresses have equal texts. */
  readonly text: string;
  readonly version: 4 | 6;
  /** Big-endian 32-bit words: one for IPv4, four for IPv6. */
  readonly words: readonly number[];
  readonly scope: AddressScope;
}

// The longest text of an address: eight groups whose last two are dotted decimal.
const textLengthMax = 45;

const privateRanges: ReadonlySet<string> = new Set([
  'private',
  'carrierGradeNat',
  'linkLocal',
  'loopback',
  'uniqueLocal',
  'deprecatedSiteLocal',
]);

function scopeOf(range: string): AddressScope {
  if (range === 'unicast') return 'public';
  return privateRanges.has(range) ? 'private' : 'reserved';
}

function fromIpv4(address: ipaddr.IPv4): IpAddress {
  const [a = 0, b = 0, c = 0, d = 0] = address.octets;
  const word = ((a << 24) | (b << 16) | (c << 8) | d) >>> 0;
  return { text: address.toString(), version: 4, words: [word], scope: scopeOf(address.range()) };
}

/**
 * Reads the text of one address; null for everything else. Strict on purpose: no spaces, ports, brackets, zone ids,
 * octal, hex or short forms, so that a text which two programs could read differently is refused here.
 */
export function parseAddress(text: string): IpAddress | null {
  // ipaddr.js alone reads `0177.1` and `fe80::1%eth0`; isIP refuses the former and the percent sign marks the latter.
  if (text.length > textLengthMax || text.includes('%') || isIP(text) === 0) return null;
  try {
    const address = ipaddr.parse(text);
    if (address instanceof ipaddr.IPv4) return fromIpv4(address);
    if (address.isIPv4MappedAddress()) return fromIpv4(address.toIPv4Address());
    const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0] = address.parts;
    const words = [((a << 16) | b) >>> 0, ((c << 16) | d) >>> 0, ((e << 16) | f) >>> 0, ((g << 16) | h) >>> 0];
    return { text: address.toString(), version: 6, words, scope: scopeOf(address.range()) };
  } catch {
    // The two libraries disagree about the text, so it counts as unreadable.
    return null;
  }
}

/**
 * Reads one address as proxies, frameworks and translators between the two protocols write it (ruling 37): with spaces,
 * quotes, brackets, a port or a zone around it, and with an IPv4 address inside one of IPv6. Null for everything else, a
 * list of addresses too, because it does not say which address is meant.
 */
export function readAddress(sent: string): IpAddress | null {
  const bare = bareAddress(sent);
  const address = bare === null ? null : parseAddress(bare);
  return address?.version === 6 ? withoutTranslation(address) : address;
}

/** The IPv4 address embedded in an IPv6 address, or the address itself. Null if that cannot be determined. */
function withoutTranslation(address: IpAddress): IpAddress | null {
  const [a = 0, b = 0, c = 0, d = 0] = address.words;
  // NAT64 (RFC 6052 §2.1) and SIIT (RFC 2765 §2.1): the last 32 bits.
  if (a === 0x64_ff9b && b === 0 && c === 0) return ipv4Of(d);
  if (a === 0 && b === 0 && c === 0xffff_0000) return ipv4Of(d);
  // Under the prefix of a local translator, its position is that network's choice (RFC 8215 §4).
  if (a === 0x64_ff9b && b >>> 16 === 1) return null;
  // 6to4 (RFC 3056 §2): behind the first 16 bits.
  if (a >>> 16 === 0x2002) return ipv4Of(((a << 16) | (b >>> 16)) >>> 0);
  // Teredo (RFC 4380 §4): the last 32 bits, inverted.
  if (a === 0x2001_0000) return ipv4Of(~d >>> 0);
  return address;
}

function ipv4Of(word: number): IpAddress {
  return fromIpv4(new ipaddr.IPv4([word >>> 24, (word >>> 16) & 0xff, (word >>> 8) & 0xff, word & 0xff]));
}
