import { isSameEmail } from './contact.ts';

/** The attributes of a user that can be changed. */
export interface UserAttributes {
  readonly email: string | null;
  readonly email_verified: boolean;
  readonly phone_number: string | null;
  readonly phone_number_verified: boolean;
  readonly username: string | null;
  readonly display_name: string | null;
  readonly locale: string | null;
  readonly custom: Readonly<Record<string, unknown>> | null;
}

/** What a caller asks to change: absent stays, null clears. */
export interface UserPatch {
  readonly email?: string | null | undefined;
  readonly emailVerified?: boolean | null | undefined;
  readonly phoneNumber?: string | null | undefined;
  readonly phoneNumberVerified?: boolean | null | undefined;
  readonly username?: string | null | undefined;
  readonly displayName?: string | null | undefined;
  readonly locale?: string | null | undefined;
  readonly custom?: Readonly<Record<string, unknown>> | null | undefined;
}

/** The user's attributes after a patch. */
export function updateUser<User extends UserAttributes>(user: User, patch: UserPatch): User {
  const email = patch.email === undefined ? user.email : patch.email;
  const phone = patch.phoneNumber === undefined ? user.phone_number : patch.phoneNumber;
  return {
    ...user,
    email,
    email_verified: verifiedAfter(email, user.email_verified && isSameEmail(user.email, email), patch.emailVerified),
    phone_number: phone,
    phone_number_verified: verifiedAfter(
      phone,
      user.phone_number_verified && user.phone_number === phone,
      patch.phoneNumberVerified,
    ),
    username: patch.username === undefined ? user.username : patch.username,
    display_name: patch.displayName === undefined ? user.display_name : patch.displayName,
    locale: patch.locale === undefined ? user.locale : patch.locale,
    custom: patch.custom === undefined ? user.custom : patch.custom,
  };
}

// Only a contact that exists can be verified; a new one is unverified until somebody says otherwise.
function verifiedAfter(contact: string | null, wasVerified: boolean, given: boolean | null | undefined): boolean {
  if (contact === null) return false;
  return given === undefined ? wasVerified : given === true;
}
