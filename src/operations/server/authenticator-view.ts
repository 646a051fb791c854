import type { Authenticator } from '../../contract/server/authenticators.ts';
import type { Enrichment } from '../../enrichment/enrichment.ts';
import type { AuthenticatorRow } from '../../storage/queries/authenticators.ts';
import { describeAuthenticator } from '../describe-authenticator.ts';

/** An authenticator as the server API answers it: whose it is, and contacts unmasked. */
export function authenticatorView(
  enrichment: Enrichment,
  row: AuthenticatorRow,
  defaultAuthenticatorId: string | null,
): Authenticator {
  const contact = { email: row.email, phoneNumber: row.phone_number };
  return { userId: row.user_id, ...describeAuthenticator(enrichment, row, defaultAuthenticatorId, contact) };
}
