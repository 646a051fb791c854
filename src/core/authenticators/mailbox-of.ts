import { normalEmail } from './normal-email.ts';

/**
 * One name for all addresses that hardly lead to different people, by which messages and guesses are counted: servers tell
 * the case of a local part apart in theory alone.
 */
export function mailboxOf(address: string): string {
  return normalEmail(address).toLowerCase();
}
