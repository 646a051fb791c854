import { asciiDomain } from './ascii-domain.ts';

// As people write it: no quotes, no brackets, no invisible characters, and nothing that makes it a list, a link or a
// second address.
const localPart = /^[^\p{C}\p{Default_Ignorable_Code_Point}\s<>()[\]:;,\\"@\uff20\ufe6b]{1,64}$/u;

/**
 * Whether mail can be sent to this address exactly as written. A domain without a dot is allowed, because a network may
 * have one.
 */
export function isMailbox(address: string): boolean {
  const at = address.lastIndexOf('@');
  return localPart.test(address.slice(0, Math.max(at, 0))) && asciiDomain(address.slice(at + 1)) !== null;
}
