import { domainToASCII, domainToUnicode } from 'node:url';

/**
 * Whether mail for this address goes to it as it is written. Mail libraries and servers fold what only looks like an
 * address into one: they drop invisible characters, turn signs that look like letters or dots into those, cut at a bracket.
 * Such a spelling would be somebody's mailbox under another name, with limits and users of its own (A79).
 */
export function isPlainAddress(address: string): boolean {
  const at = address.lastIndexOf('@');
  const local = address.slice(0, at);
  const domain = address.slice(at + 1).replace(/[A-Z]/g, (letter) => letter.toLowerCase());
  if (at < 1 || !/^[^\p{C}\s<>()[\]:;,\\"@\uff20\ufe6b]+$/u.test(local)) return false;
  const name = /^\p{ASCII}*$/u.test(domain) ? domain : domainToASCII(domain);
  return /^[a-z0-9-]+(\.[a-z0-9-]+)*$/.test(name) && (name === domain || domainToUnicode(name) === domain);
}
