import { Refusal } from '../../contract/errors.ts';
import type { Tenant } from '../../storage/published.ts';
import type { AuthenticatorRow } from '../../storage/queries/authenticators.ts';
import { isEditable, methodSettings } from '../method-settings.ts';
import { isLastVerified } from '../remove-authenticator.ts';

/** The user's authenticator of an id. @throws {Refusal} `not_found`, the same for one of somebody else and for none */
export function findOwn(authenticators: readonly AuthenticatorRow[], authenticatorId: string): AuthenticatorRow {
  const found = authenticators.find((row) => row.authenticator_id === authenticatorId.toLowerCase());
  if (found === undefined) throw new Refusal('not_found', 'The user has no such authenticator.');
  return found;
}

/** Why a user keeps one of their authenticators, whatever they ask. */
export type KeptBecause = 'switched-off' | 'not-editable' | 'last-authenticator' | 'last-passkey';

/**
 * Why a user may not remove one of their authenticators; undefined if they may. True only of authenticators that were read
 * while the user was held: another request may be removing one of them. A backend is not asked: it decides for itself.
 */
export function keptBecause(
  tenant: Tenant,
  authenticators: readonly AuthenticatorRow[],
  removed: AuthenticatorRow,
): KeptBecause | undefined {
  const { allowDeletingUserAuthenticators, allowDisablingMfa } = tenant.settings;
  if (!allowDeletingUserAuthenticators) return 'switched-off';
  if (!isEditable(tenant, removed.verification_method)) return 'not-editable';
  // What is only half enrolled leaves nobody without anything.
  if (removed.verified_at === null) return undefined;
  if (!allowDisablingMfa && isLastVerified(authenticators, removed)) return 'last-authenticator';
  const passkeys = authenticators.filter(({ verification_method }) => verification_method === 'PASSKEY');
  const keepsPasskey = methodSettings(tenant, 'PASSKEY')['preventRemovingLastPasskey'] === true;
  if (keepsPasskey && passkeys.includes(removed) && isLastVerified(passkeys, removed)) return 'last-passkey';
  return undefined;
}
