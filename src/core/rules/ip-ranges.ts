/** A block of addresses: those whose bits above `shift` equal `prefix`. IPv4 lives in ::ffff:0:0/96 (RFC 4291 §2.5.5.2). */
interface IpRange {
  readonly prefix: bigint;
  readonly shift: number;
}

const bitsMax = 128;
const ipv4Bits = 32;
const ipv4Prefix = 0xffffn;

/** Tells whether an address in text form is in any of the ranges. A text that is not an address is in none. */
export function ipRanges(texts: Iterable<string>): (address: string) => boolean {
  const prefixesByShift = new Map<number, Set<bigint>>();
  for (const text of texts) {
    const range = parseIpRange(text);
    if (range === null) continue;
    const prefixes = prefixesByShift.get(range.shift) ?? new Set();
    prefixesByShift.set(range.shift, prefixes.add(range.prefix));
  }

  return (text) => {
    const address = parseAddress(text);
    if (address === null) return false;
    const isIpv4 = address >> BigInt(ipv4Bits) === ipv4Prefix;
    for (const [shift, prefixes] of prefixesByShift) {
      // An IPv4 address is in no IPv6 range, so that `::/0` means "any IPv6 address".
      if (isIpv4 && shift > ipv4Bits) continue;
      if (prefixes.has(address >> BigInt(shift))) return true;
    }
    return false;
  };
}

export function isIpAddress(text: string): boolean {
  return parseAddress(text) !== null;
}

/**
 * Reads `203.0.113.0/24`, `2001:db8::/32` or a single address; null for anything else. Bits after the prefix are
 * ignored.
 */
export function parseIpRange(text: string): IpRange | null {
  const [addressText = '', lengthText, ...rest] = text.split('/');
  const address = parseAddress(addressText);
  if (address === null || rest.length > 0) return null;

  const bits = addressText.includes(':') ? bitsMax : ipv4Bits;
  if (lengthText !== undefined && !/^(0|[1-9]\d{0,2})$/.test(lengthText)) return null;
  const length = lengthText === undefined ? bits : Number(lengthText);
  if (length > bits) return null;
  const shift = bits - length;
  return { prefix: address >> BigInt(shift), shift };
}

function parseAddress(text: string): bigint | null {
  // The longest form is 45 characters (RFC 4291 with an IPv4 tail).
  if (text.length > 45) return null;
  if (!text.includes(':')) {
    const ipv4 = parseIpv4(text);
    return ipv4 === null ? null : (ipv4Prefix << BigInt(ipv4Bits)) | ipv4;
  }
  return parseIpv6(text);
}

/** Four decimal bytes. Leading zeros are refused: some systems read them as octal. */
function parseIpv4(text: string): bigint | null {
  const bytes = text.split('.');
  if (bytes.length !== 4) return null;
  let address = 0n;
  for (const byte of bytes) {
    if (!/^(0|[1-9]\d{0,2})$/.test(byte) || Number(byte) > 255) return null;
    address = (address << 8n) | BigInt(byte);
  }
  return address;
}

/** RFC 4291 §2.2. No zone (`%eth0`): it names an interface of one machine, not an address. */
function parseIpv6(text: string): bigint | null {
  const halves = text.split('::');
  const head = parseGroups(halves[0] ?? '', halves.length === 1);
  const tail = parseGroups(halves[1] ?? '', true);
  if (head === null || tail === null || halves.length > 2) return null;

  const zeros = 8 - head.length - tail.length;
  if (halves.length === 1 ? zeros !== 0 : zeros < 1) return null;
  const groups = [...head, ...Array<bigint>(zeros).fill(0n), ...tail];
  return groups.reduce((address, group) => (address << 16n) | group, 0n);
}

function parseGroups(text: string, mayEndInIpv4: boolean): readonly bigint[] | null {
  if (text === '') return [];
  const groups: bigint[] = [];
  const parts = text.split(':');
  for (const [index, part] of parts.entries()) {
    if (/^[0-9a-f]{1,4}$/i.test(part)) {
      groups.push(BigInt(`0x${part}`));
      continue;
    }
    const ipv4 = mayEndInIpv4 && index === parts.length - 1 ? parseIpv4(part) : null;
    if (ipv4 === null) return null;
    groups.push(ipv4 >> 16n, ipv4 & 0xffffn);
  }
  return groups;
}
