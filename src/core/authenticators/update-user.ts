import { isSameEmail } from './contact.ts';

/** The attributes of a user that can be changed. */
export interface UserAttributes {
  readonly email: string | null;
  readonly emailVerified: boolean;
  readonly phoneNumber: string | null;
  readonly phoneNumberVerified: boolean;
  readonly username: string | null;
  readonly displayName: string | null;
  readonly locale: string | null;
  readonly custom: Readonly<Record<string, unknown>> | null;
}

/** The changes that a caller asks for: absent keeps a value, null clears it. */
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
  const phone = patch.phoneNumber === undefined ? user.phoneNumber : patch.phoneNumber;
  return {
    ...user,
    email,
    emailVerified: verifiedAfter(email, user.emailVerified && isSameEmail(user.email, email), patch.emailVerified),
    phoneNumber: phone,
    phoneNumberVerified: verifiedAfter(
      phone,
      user.phoneNumberVerified && user.phoneNumber === phone,
      patch.phoneNumberVerified,
    ),
    username: patch.username === undefined ? user.username : patch.username,
    displayName: patch.displayName === undefined ? user.displayName : patch.displayName,
    locale: patch.locale === undefined ? user.locale : patch.locale,
    custom: patch.custom === undefined ? user.custom : patch.custom,
  };
}

// Only an existing contact can be verified; a new one is unverified until a caller states otherwise.
function verifiedAfter(contact: string | null, wasVerified: boolean, given: boolean | null | undefined): boolean {
  if (contact === null) return false;
  return given === undefined ? wasVerified : given === true;
}
