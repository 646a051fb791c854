import type { OwnAuthenticator } from '../../contract/client/values.ts';
import { verificationMethod } from '../../contract/values.ts';
import { maskEmail, maskPhoneNumber } from '../../core/authenticators/mask-contact.ts';
import type { Enrichment } from '../../enrichment/enrichment.ts';
import { methods } from '../../methods/registry.ts';
import type { AuthenticatorRow } from '../../storage/queries/authenticators.ts';
import { omitAbsent } from '../omit-absent.ts';
import { wireTime } from '../wire-values.ts';

/** An authenticator as its user sees it: contacts are masked, because a token alone proves nothing yet. */
export function ownAuthenticatorView(
  enrichment: Enrichment,
  row: AuthenticatorRow,
  defaultAuthenticatorId: string | null,
): OwnAuthenticator {
  const verifiedAt = row.verified_at === null ? undefined : wireTime(row.verified_at);
  return {
    ...omitAbsent({
      userAuthenticatorId: row.authenticator_id,
      verificationMethod: verificationMethod.parse(row.verification_method),
      createdAt: wireTime(row.created_at),
      verifiedAt,
      lastVerifiedAt: row.last_verified_at === null ? undefined : wireTime(row.last_verified_at),
      isDefault: row.authenticator_id === defaultAuthenticatorId,
      displayName: typeof row.state['displayName'] === 'string' ? row.state['displayName'] : undefined,
    }),
    ...methods.get(row.verification_method)?.describe({
      email: row.email === null ? null : maskEmail(row.email),
      phoneNumber: row.phone_number === null ? null : maskPhoneNumber(row.phone_number),
      credentialId: row.credential_id,
      state: row.state,
      verifiedAt,
      providerName: enrichment.passkeyProviderName,
      parsedUserAgent: enrichment.parsedUserAgent,
    }),
  };
}
