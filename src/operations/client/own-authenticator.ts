import { Refusal } from '../../contract/errors.ts';
import { isHeld } from '../../core/authenticators/hold.ts';
import type { Tenant } from '../../storage/published.ts';
import type { AuthenticatorRow } from '../../storage/queries/authenticators.ts';
import { isEditable, methodSettings } from '../method-settings.ts';
import { isLastVerified } from '../remove-authenticator.ts';

export function isOfId(authenticatorId: string): (row: AuthenticatorRow) => boolean {
  return (row) => row.authenticator_id === authenticatorId.toLowerCase();
}

/** The user's authenticator of an id. @throws {Refusal} `not_found`, the same for one of somebody else and for none */
export function findOwn(authenticators: readonly AuthenticatorRow[], authenticatorId: string): AuthenticatorRow {
  const found = authenticators.find(isOfId(authenticatorId));
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
  nowMs: number,
): KeptBecause | undefined {
  const { allowDeletingUserAuthenticators, allowDisablingMfa } = tenant.settings;
  if (!allowDeletingUserAuthenticators) return 'switched-off';
  const isRemovedHeld = isHeld(removed, nowMs);
  // Whoever planted it must not be the only one who is let near it.
  if (!isRemovedHeld && !isEditable(tenant, removed.verification_method)) return 'not-editable';
  // What is only half enrolled leaves nobody without anything.
  if (removed.verified_at === null) return undefined;
  // What is held stands in for nothing.
  const counted = isRemovedHeld ? authenticators : authenticators.filter((row) => !isHeld(row, nowMs));
  if (!allowDisablingMfa && isLastVerified(counted, removed)) return 'last-authenticator';
  if (isRemovedHeld) return undefined;
  const passkeys = counted.filter(({ verification_method }) => verification_method === 'PASSKEY');
  const keepsPasskey = methodSettings(tenant, 'PASSKEY')['preventRemovingLastPasskey'] === true;
  if (keepsPasskey && passkeys.includes(removed) && isLastVerified(passkeys, removed)) return 'last-passkey';
  return undefined;
}
