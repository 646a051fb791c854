import { isMailbox } from './is-mailbox.ts';

/** The sender of a mail; the name may be ''. */
export interface Sender {
  readonly name: string;
  readonly address: string;
}

// Characters that would turn it into a list, another address or another line, or hide what it says (RFC 5322 §3.4).
const plainName = /^[^\p{C}\p{Default_Ignorable_Code_Point}<>()[\]:;,@\\"]*$/u;
const quotedName = /^"([^\p{C}\p{Default_Ignorable_Code_Point}\\"@]*)"$/u;
const nameCharactersMax = 128;

/** Reads one address, alone or after a name as in `Example <login@example.com>`; undefined for anything else. */
export function readSender(text: string): Sender | undefined {
  const [, named = '', address = text] = /^\s*(.*?)\s*<([^<>]*)>\s*$/u.exec(text) ?? [];
  const name = quotedName.exec(named)?.[1] ?? (plainName.test(named) ? named : undefined);
  if (name === undefined || name.length > nameCharactersMax || !isMailbox(address.trim())) return undefined;
  return { name, address: address.trim() };
}
