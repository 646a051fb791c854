import { normalEmail } from './normal-email.ts';

/** Where a person is reached: one address of one kind. */
export interface Contact {
  readonly kind: 'email' | 'phoneNumber';
  /** As it was given. */
  readonly value: string;
}

/** A contact as tables keep it: in the column of its kind. */
export interface ContactColumns {
  readonly email: string | null;
  readonly phone_number: string | null;
}

export function emailContact(email: string): Contact {
  return { kind: 'email', value: email };
}

/** @throws if it is none that mail goes to */
export function emailOf({ kind, value }: Contact): string {
  if (kind !== 'email') throw new Error('Mail goes to no phone number.');
  return value;
}

/** The one contact of a stored thing; undefined if it has none. */
export function contactOf({ email, phone_number: phoneNumber }: ContactColumns): Contact | undefined {
  if (email !== null) return emailContact(email);
  return phoneNumber === null ? undefined : { kind: 'phoneNumber', value: phoneNumber };
}

export function contactColumns(contact: Contact | undefined): ContactColumns {
  return {
    email: contact?.kind === 'email' ? contact.value : null,
    phone_number: contact?.kind === 'phoneNumber' ? contact.value : null,
  };
}

/** Whether two stored things have the same contact, however it is spelt, or both have none. */
export function haveSameContact(one: ContactColumns, other: ContactColumns): boolean {
  return isSameEmail(one.email, other.email) && one.phone_number === other.phone_number;
}

/** Whether two e-mail addresses are one mailbox (ruling 56), or neither is there. */
export function isSameEmail(one: string | null, other: string | null): boolean {
  return one === null || other === null ? one === other : normalEmail(one) === normalEmail(other);
}

interface ContactOwner extends ContactColumns {
  readonly email_verified: boolean;
  readonly phone_number_verified: boolean;
}

/**
 * A user with a proven contact as their own, if they had none of its kind or it is theirs; what is there, their own spelling
 * too, is never overwritten. The very same user if it says nothing new of them.
 */
export function withContact<User extends ContactOwner>(user: User, contact: Contact | undefined): User {
  if (contact === undefined) return user;
  const { kind, value } = contact;
  if (kind === 'email') {
    const { email, email_verified: isVerified } = user;
    if (email !== null && (!isSameEmail(email, value) || isVerified)) return user;
    return { ...user, email: email ?? value, email_verified: true };
  }
  const { phone_number: phoneNumber, phone_number_verified: isVerified } = user;
  if (phoneNumber !== null && (phoneNumber !== value || isVerified)) return user;
  return { ...user, phone_number: value, phone_number_verified: true };
}
