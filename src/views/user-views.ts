import type { UserAttributes } from '../core/authenticators/update-user.ts';
import type { UserWithMethods } from '../storage/queries/users.ts';
import { omitAbsent } from './omit-absent.ts';
import { distinctMethods, wireTime } from './wire-values.ts';

/** The user's attributes as update user returns them. */
export function userAttributes(user: UserAttributes & { readonly userId: string }) {
  return omitAbsent({
    userId: user.userId,
    email: user.email,
    emailVerified: user.emailVerified,
    phoneNumber: user.phoneNumber,
    phoneNumberVerified: user.phoneNumberVerified,
    username: user.username,
    displayName: user.displayName,
    locale: user.locale,
    custom: user.custom,
  });
}

/** The user as get user returns it. */
export function userView(user: UserWithMethods, allowedMethods: readonly string[]) {
  return {
    ...userAttributes(user),
    isEnrolled: user.methods.length > 0,
    enrolledVerificationMethods: distinctMethods(user.methods),
    allowedVerificationMethods: distinctMethods(allowedMethods),
    ...omitAbsent({
      defaultVerificationMethod: user.defaultMethod === null ? null : distinctMethods([user.defaultMethod])[0],
    }),
  };
}

/** The user as one entry of query users. */
export function userListEntry(user: UserWithMethods) {
  return {
    ...omitAbsent({
      userId: user.userId,
      email: user.email,
      emailVerified: user.emailVerified,
      phoneNumber: user.phoneNumber,
      phoneNumberVerified: user.phoneNumberVerified,
      username: user.username,
      displayName: user.displayName,
    }),
    isEnrolled: user.methods.length > 0,
    enrolledVerificationMethods: distinctMethods(user.methods),
    createdAt: wireTime(user.createdAt),
  };
}
