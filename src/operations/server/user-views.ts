import type { UserAttributes } from '../../core/authenticators/update-user.ts';
import type { UserWithMethods } from '../../storage/queries/users.ts';
import { omitAbsent } from '../omit-absent.ts';
import { distinctMethods, wireTime } from '../wire-values.ts';

/** The user's attributes as update user answers them. */
export function userAttributes(user: UserAttributes & { readonly user_id: string }) {
  return omitAbsent({
    userId: user.user_id,
    email: user.email,
    emailVerified: user.email_verified,
    phoneNumber: user.phone_number,
    phoneNumberVerified: user.phone_number_verified,
    username: user.username,
    displayName: user.display_name,
    locale: user.locale,
    custom: user.custom,
  });
}

/** The user as get user answers it. */
export function userView(user: UserWithMethods, allowedMethods: readonly string[]) {
  return {
    ...userAttributes(user),
    isEnrolled: user.methods.length > 0,
    enrolledVerificationMethods: distinctMethods(user.methods),
    allowedVerificationMethods: distinctMethods(allowedMethods),
    ...omitAbsent({
      defaultVerificationMethod: user.default_method === null ? null : distinctMethods([user.default_method])[0],
    }),
  };
}

/** The user as one entry of query users. */
export function userListEntry(user: UserWithMethods) {
  return {
    ...omitAbsent({
      userId: user.user_id,
      email: user.email,
      emailVerified: user.email_verified,
      phoneNumber: user.phone_number,
      phoneNumberVerified: user.phone_number_verified,
      username: user.username,
      displayName: user.display_name,
    }),
    isEnrolled: user.methods.length > 0,
    enrolledVerificationMethods: distinctMethods(user.methods),
    createdAt: wireTime(user.created_at),
  };
}
