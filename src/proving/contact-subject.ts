import type { Contact } from '../core/authenticators/contact.ts';
import { mailboxOf } from '../core/authenticators/mailbox-of.ts';
import { hmacSha256 } from '../runtime/crypto.ts';
import type { Tenant } from '../storage/published.ts';

/** The name that messages to a contact and guesses at it are counted under: one for all its spellings, and it tells nothing of it. */
export function contactSubject(tenant: Tenant, contact: Contact): string {
  return `contact:${hmacSha256(tenant.codeKey, JSON.stringify(['contact', normalForm(contact)])).toString('base64url')}`;
}

function normalForm({ kind, value }: Contact): string {
  return kind === 'email' ? mailboxOf(value) : value;
}
