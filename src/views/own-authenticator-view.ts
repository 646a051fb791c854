import type { OwnAuthenticator } from '../contract/client/values.ts';
import { maskEmail, maskPhoneNumber } from '../core/authenticators/mask-contact.ts';
import type { AuthenticatorRow } from '../storage/queries/authenticators.ts';
import { describeAuthenticator } from './describe-authenticator.ts';
import type { Context } from '../calls/context.ts';

/** An authenticator as its user sees it: contacts are masked, because a token alone proves nothing yet. */
export function ownAuthenticatorView(
  context: Pick<Context, 'enrichment' | 'runtime'>,
  row: AuthenticatorRow,
  defaultAuthenticatorId: string | null,
): OwnAuthenticator {
  return describeAuthenticator(context, row, defaultAuthenticatorId, {
    email: row.email === null ? null : maskEmail(row.email),
    phoneNumber: row.phoneNumber === null ? null : maskPhoneNumber(row.phoneNumber),
  });
}
