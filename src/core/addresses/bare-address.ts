// An address with everything that may surround it, and some room to spare.
const sentLengthMax = 256;

const quoted = /^(["'])(.*)\1$/s;
const bracketed = /^\[([^[\]]*)\](?::(\d{1,5}))?$/;
const withPort = /^([\d.]+):(\d{1,5})$/;
// RFC 4007 §11: the zone names an interface of one machine, and is not part of the address.
const zoned = /^([\da-f.:]*:[\da-f.:]*)%[\w.~-]+$/i;
const portMax = 65_535;

/**
 * The text without what proxies and frameworks put around an address: spaces, quotes, brackets, a port, a zone. Null if
 * it is surrounded by anything else. It does not check whether the rest is an address.
 */
export function bareAddress(sent: string): string | null {
  if (sent.length > sentLengthMax) return null;
  const trimmed = sent.trim();
  const unquoted = quoted.exec(trimmed)?.[2]?.trim() ?? trimmed;
  // Without brackets, a port can be told from a group of IPv6 only after an IPv4 address.
  const [, host = unquoted, port = '0'] = bracketed.exec(unquoted) ?? withPort.exec(unquoted) ?? [];
  return Number(port) > portMax ? null : (zoned.exec(host)?.[1] ?? host);
}
