import type { Contact } from '../core/authenticators/contact.ts';
import { mailboxOf } from '../core/authenticators/mailbox-of.ts';
import { hmacSha256 } from '../runtime/crypto.ts';
import type { Tenant } from '../storage/published.ts';

/**
 * The name under which messages to a contact and guesses at it are counted. It is the same for all spellings of the
 * contact, and does not reveal it.
 */
export function contactSubject(tenant: Tenant, contact: Contact): string {
  return `contact:${hiddenName(tenant, ['contact', countedForm(contact)])}`;
}

/** One spelling for all contacts that hardly belong to different people. */
export function countedForm({ kind, value }: Contact): string {
  return kind === 'email' ? mailboxOf(value) : value;
}

/** A name that is always the same for the same parts, and does not reveal them. */
export function hiddenName({ codeKey }: Tenant, parts: readonly string[]): string {
  return hmacSha256(codeKey, JSON.stringify(parts)).toString('base64url');
}
