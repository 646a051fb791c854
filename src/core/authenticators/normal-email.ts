import { asciiDomain } from './ascii-domain.ts';

/**
 * The one spelling of an e-mail address, by which addresses are the same or not (ruling 56): its domain in ASCII and lower
 * case. The local part is as it is: what it means is up to its server. What is no address keeps its domain.
 */
export function normalEmail(address: string): string {
  const at = address.lastIndexOf('@') + 1;
  const domain = address.slice(at);
  if (at === 0) return address;
  return `${address.slice(0, at)}${asciiDomain(domain) ?? domain.replace(/[A-Z]/g, (letter) => letter.toLowerCase())}`;
}
