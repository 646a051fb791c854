import { asciiDomain } from './ascii-domain.ts';

// As people write it: no quotes, no brackets, nothing that makes a list, a link or a second address of it, nothing unseen.
const localPart = /^[^\p{C}\p{Default_Ignorable_Code_Point}\s<>()[\]:;,\\"@\uff20\ufe6b]{1,64}$/u;

/**
 * Whether this is an e-mail address that mail goes to as it is written. A domain without a dot is one, too: a network may
 * have it.
 */
export function isMailbox(address: string): boolean {
  const at = address.lastIndexOf('@');
  return localPart.test(address.slice(0, Math.max(at, 0))) && asciiDomain(address.slice(at + 1)) !== null;
}
