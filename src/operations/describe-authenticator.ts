import type { OwnAuthenticator } from '../contract/client/values.ts';
import { verificationMethod } from '../contract/values.ts';
import { isHeld } from '../core/authenticators/hold.ts';
import { methods } from '../methods/registry.ts';
import type { AuthenticatorRow } from '../storage/queries/authenticators.ts';
import { omitAbsent } from './omit-absent.ts';
import type { Context } from './operation.ts';
import { wireTime } from './wire-values.ts';

/** What any API tells of an authenticator; `contact` as far as it may be told. Secrets never. */
export function describeAuthenticator(
  { enrichment, runtime }: Pick<Context, 'enrichment' | 'runtime'>,
  row: AuthenticatorRow,
  defaultAuthenticatorId: string | null,
  contact: { readonly email: string | null; readonly phoneNumber: string | null },
): OwnAuthenticator {
  const heldUntil = isHeld(row, runtime.clock.now()) ? row.held_until : null;
  const verifiedAt = row.verified_at === null ? undefined : wireTime(row.verified_at);
  return {
    ...omitAbsent({
      userAuthenticatorId: row.authenticator_id,
      verificationMethod: verificationMethod.parse(row.verification_method),
      createdAt: wireTime(row.created_at),
      verifiedAt,
      lastVerifiedAt: row.last_verified_at === null ? undefined : wireTime(row.last_verified_at),
      heldUntil: heldUntil === null ? undefined : wireTime(heldUntil),
      isDefault: row.authenticator_id === defaultAuthenticatorId,
      displayName: typeof row.state['displayName'] === 'string' ? row.state['displayName'] : undefined,
    }),
    ...methods.get(row.verification_method)?.describe({
      email: contact.email,
      phoneNumber: contact.phoneNumber,
      credentialId: row.credential_id,
      state: row.state,
      verifiedAt,
      providerName: enrichment.passkeyProviderName,
      parsedUserAgent: enrichment.parsedUserAgent,
    }),
  };
}
