import { isE164 } from './is-e164.ts';
import { normalEmail } from './normal-email.ts';

/** How a person is reached: one address of one kind. */
export interface Contact {
  readonly kind: 'email' | 'phoneNumber';
  /** As it was sent. */
  readonly value: string;
}

/** A contact as tables store it: in the column of its kind. */
export interface ContactColumns {
  readonly email: string | null;
  readonly phoneNumber: string | null;
}

export function emailContact(email: string): Contact {
  return { kind: 'email', value: email };
}

/** @throws if mail cannot be sent to it */
export function emailOf({ kind, value }: Contact): string {
  if (kind !== 'email') throw new Error('Mail goes to no phone number.');
  return value;
}

export function phoneContact(phoneNumber: string): Contact {
  return { kind: 'phoneNumber', value: phoneNumber };
}

/** @throws if texts cannot be sent to it */
export function phoneNumberOf(contact: Contact): string {
  if (contact.kind !== 'phoneNumber' || !isReachable(contact)) throw new Error('Texts go to E.164 numbers alone.');
  return contact.value;
}

/** Whether messages can be sent to it: a number may be stored in a form that reaches nobody (ruling 39). */
export function isReachable({ kind, value }: Contact): boolean {
  return kind === 'email' || isE164(value);
}

/** The only contact of a stored row; undefined if it has none. */
export function contactOf({ email, phoneNumber }: ContactColumns): Contact | undefined {
  if (email !== null) return emailContact(email);
  return phoneNumber === null ? undefined : phoneContact(phoneNumber);
}

export function contactColumns(contact: Contact | undefined): ContactColumns {
  return {
    email: contact?.kind === 'email' ? contact.value : null,
    phoneNumber: contact?.kind === 'phoneNumber' ? contact.value : null,
  };
}

/** Whether two stored rows have the same contact in any spelling, or both have none. */
export function haveSameContact(one: ContactColumns, other: ContactColumns): boolean {
  return isSameEmail(one.email, other.email) && one.phoneNumber === other.phoneNumber;
}

/** Whether two e-mail addresses are one mailbox (ruling 56), or both are absent. */
export function isSameEmail(one: string | null, other: string | null): boolean {
  return one === null || other === null ? one === other : normalEmail(one) === normalEmail(other);
}

interface ContactOwner extends ContactColumns {
  readonly emailVerified: boolean;
  readonly phoneNumberVerified: boolean;
}

/**
 * The user with a proven contact as their own, if they had none of its kind or already have this one. An existing
 * contact is never overwritten, not even its spelling. Returns the same object if nothing changes.
 */
export function withContact<User extends ContactOwner>(user: User, contact: Contact | undefined): User {
  if (contact === undefined) return user;
  const { kind, value } = contact;
  if (kind === 'email') {
    const { email, emailVerified: isVerified } = user;
    if (email !== null && (!isSameEmail(email, value) || isVerified)) return user;
    return { ...user, email: email ?? value, emailVerified: true };
  }
  const { phoneNumber, phoneNumberVerified: isVerified } = user;
  if (phoneNumber !== null && (phoneNumber !== value || isVerified)) return user;
  return { ...user, phoneNumber: value, phoneNumberVerified: true };
}
