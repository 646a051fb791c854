import { maskEmail, maskIfContact, maskPhoneNumber } from '../core/authenticators/mask-contact.ts';
import type { UserWithMethods } from '../storage/queries/users.ts';
import { omitAbsent } from './omit-absent.ts';
import { distinctMethods, wireTime } from './wire-values.ts';

/** A user as operators see them: contacts are masked unless `seesContacts`. */
export function listedUserView(user: UserWithMethods, seesContacts: boolean) {
  const shown = (text: string | null, mask: (text: string) => string) =>
    text === null || seesContacts ? text : mask(text);
  return {
    ...omitAbsent({
      userId: user.userId,
      email: shown(user.email, maskEmail),
      emailVerified: user.emailVerified,
      phoneNumber: shown(user.phoneNumber, maskPhoneNumber),
      phoneNumberVerified: user.phoneNumberVerified,
      username: shown(user.username, maskIfContact),
      displayName: shown(user.displayName, maskIfContact),
    }),
    isEnrolled: user.methods.length > 0,
    enrolledVerificationMethods: distinctMethods(user.methods),
    createdAt: wireTime(user.createdAt),
  };
}
