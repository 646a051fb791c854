import { normalEmail } from './normal-email.ts';

/**
 * One name for all addresses that hardly belong to different people, for counting messages and guesses: servers
 * distinguish the case of a local part only in theory.
 */
export function mailboxOf(address: string): string {
  return normalEmail(address).toLowerCase();
}
