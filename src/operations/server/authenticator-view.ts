import type { Authenticator } from '../../contract/server/authenticators.ts';
import type { AuthenticatorRow } from '../../storage/queries/authenticators.ts';
import { describeAuthenticator } from '../describe-authenticator.ts';
import type { Context } from '../operation.ts';

/** An authenticator as the server API answers it: whose it is, and contacts unmasked. */
export function authenticatorView(
  context: Pick<Context, 'enrichment' | 'runtime'>,
  row: AuthenticatorRow,
  defaultAuthenticatorId: string | null,
): Authenticator {
  const contact = { email: row.email, phoneNumber: row.phone_number };
  return { userId: row.user_id, ...describeAuthenticator(context, row, defaultAuthenticatorId, contact) };
}
