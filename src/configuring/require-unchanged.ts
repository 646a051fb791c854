import { Refusal } from '../contract/errors.ts';

/**
 * Refuses another value for a member that never changes. The same value is accepted: scripts send back what they have
 * read.
 */
export function requireUnchanged(name: string, sent: string | undefined, stored: string): void {
  if (sent !== undefined && sent !== stored) throw new Refusal('invalid_request', `${name} cannot be changed.`);
}
