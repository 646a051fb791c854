import type { Contact } from '../core/authenticators/contact.ts';
import { mailboxOf } from '../core/authenticators/mailbox-of.ts';
import { hmacSha256 } from '../runtime/crypto.ts';
import type { Tenant } from '../storage/published.ts';

/** The name that messages to a contact and guesses at it are counted under: one for all its spellings, and it tells nothing of it. */
export function contactSubject(tenant: Tenant, contact: Contact): string {
  return `contact:${hiddenName(tenant, ['contact', countedForm(contact)])}`;
}

/** A contact in one spelling for all that hardly lead to different people. */
export function countedForm({ kind, value }: Contact): string {
  return kind === 'email' ? mailboxOf(value) : value;
}

/** The same name for the same parts, which it tells nothing of. */
export function hiddenName({ codeKey }: Tenant, parts: readonly string[]): string {
  return hmacSha256(codeKey, JSON.stringify(parts)).toString('base64url');
}
