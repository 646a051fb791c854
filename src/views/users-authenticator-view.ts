import type { Context } from '../calls/context.ts';
import { maskIfContact } from '../core/authenticators/mask-contact.ts';
import type { AuthenticatorRow } from '../storage/queries/authenticators.ts';
import { omitAbsent } from './omit-absent.ts';
import { ownAuthenticatorView } from './own-authenticator-view.ts';

/** An authenticator as operators see it. Its contact is masked for all of them, as for its user; its name unless `seesContacts`. */
export function usersAuthenticatorView(
  context: Pick<Context, 'enrichment' | 'runtime'>,
  row: AuthenticatorRow,
  defaultAuthenticatorId: string | null,
  seesContacts: boolean,
) {
  const own = ownAuthenticatorView(context, row, defaultAuthenticatorId);
  const { userAuthenticatorId, verificationMethod, isDefault, createdAt, verifiedAt, lastVerifiedAt, heldUntil } = own;
  const { displayName, email, phoneNumber, username } = own;
  const given = displayName ?? username;
  const name = given === undefined ? (email ?? phoneNumber) : seesContacts ? given : maskIfContact(given);
  return omitAbsent({
    userAuthenticatorId,
    verificationMethod,
    name,
    isDefault,
    createdAt,
    verifiedAt,
    lastVerifiedAt,
    heldUntil,
  });
}
