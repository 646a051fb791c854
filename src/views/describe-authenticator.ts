import type { OwnAuthenticator } from '../contract/client/values.ts';
import { verificationMethod } from '../contract/values.ts';
import { isHeld } from '../core/authenticators/hold.ts';
import { methods } from '../methods/registry.ts';
import type { AuthenticatorRow } from '../storage/queries/authenticators.ts';
import { omitAbsent } from './omit-absent.ts';
import type { Context } from '../calls/context.ts';
import { wireTime } from './wire-values.ts';

/** What every API shows of an authenticator; `contact` as far as it may be shown. Never a secret. */
export function describeAuthenticator(
  { enrichment, runtime }: Pick<Context, 'enrichment' | 'runtime'>,
  row: AuthenticatorRow,
  defaultAuthenticatorId: string | null,
  contact: { readonly email: string | null; readonly phoneNumber: string | null },
): OwnAuthenticator {
  const heldUntil = isHeld(row, runtime.clock.now()) ? row.heldUntil : null;
  const verifiedAt = row.verifiedAt === null ? undefined : wireTime(row.verifiedAt);
  return {
    ...omitAbsent({
      userAuthenticatorId: row.authenticatorId,
      verificationMethod: verificationMethod.parse(row.verificationMethod),
      createdAt: wireTime(row.createdAt),
      verifiedAt,
      lastVerifiedAt: row.lastVerifiedAt === null ? undefined : wireTime(row.lastVerifiedAt),
      heldUntil: heldUntil === null ? undefined : wireTime(heldUntil),
      isDefault: row.authenticatorId === defaultAuthenticatorId,
      displayName: typeof row.state['displayName'] === 'string' ? row.state['displayName'] : undefined,
    }),
    ...methods.get(row.verificationMethod)?.describe({
      email: contact.email,
      phoneNumber: contact.phoneNumber,
      credentialId: row.credentialId,
      state: row.state,
      verifiedAt,
      providerName: enrichment.passkeyProviderName,
      parsedUserAgent: enrichment.parsedUserAgent,
    }),
  };
}
