import { domainToASCII } from 'node:url';

/**
 * One name for all spellings of an address that mail takes for the same, which differ in case, or in whether an
 * international domain is written in ASCII (RFC 5891). What is no address is its own name.
 */
export function mailboxOf(address: string): string {
  const domainAt = address.lastIndexOf('@') + 1;
  const domain = address.slice(domainAt);
  const mailbox = domainAt === 0 ? address : `${address.slice(0, domainAt)}${domainToASCII(domain) || domain}`;
  return mailbox.toLowerCase();
}
