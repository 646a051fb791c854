import { asciiDomain } from './ascii-domain.ts';

/**
 * The normal form of an e-mail address, which decides whether two addresses are the same (ruling 56): its domain in
 * ASCII and lower case. The local part stays unchanged, because only its server knows what it means. A text that is not
 * an address keeps its domain.
 */
export function normalEmail(address: string): string {
  const at = address.lastIndexOf('@') + 1;
  const domain = address.slice(at);
  if (at === 0) return address;
  return `${address.slice(0, at)}${asciiDomain(domain) ?? domain.replace(/[A-Z]/g, (letter) => letter.toLowerCase())}`;
}
