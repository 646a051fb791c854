import type { Authenticator } from '../contract/server/authenticators.ts';
import type { AuthenticatorRow } from '../storage/queries/authenticators.ts';
import { describeAuthenticator } from './describe-authenticator.ts';
import type { Context } from '../calls/context.ts';

/** An authenticator as the server API returns it: with its user, and contacts unmasked. */
export function authenticatorView(
  context: Pick<Context, 'enrichment' | 'runtime'>,
  row: AuthenticatorRow,
  defaultAuthenticatorId: string | null,
): Authenticator {
  const contact = { email: row.email, phoneNumber: row.phoneNumber };
  return { userId: row.userId, ...describeAuthenticator(context, row, defaultAuthenticatorId, contact) };
}
