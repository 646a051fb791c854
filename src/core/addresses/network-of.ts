/**
 * One name for what one subscriber has: an IPv4 address, or the /64 of an IPv6 address (RFC 6177 §2). The address is
 * written as RFC 5952 says, so equal networks have equal names.
 */
export function networkOf(address: string): string {
  if (!address.includes(':')) return address;
  const [head = '', tail] = address.split('::');
  const groups = (part: string | undefined) => (part === undefined || part === '' ? [] : part.split(':'));
  const [before, after] = [groups(head), groups(tail)];
  const missing = Array.from({ length: 8 - before.length - after.length }, () => '0');
  return `${[...before, ...missing, ...after].slice(0, 4).join(':')}::/64`;
}
