import { Refusal } from '../contract/errors.ts';
import { isHeld } from '../core/authenticators/hold.ts';
import { isVerified } from '../core/is-verified.ts';
import type { Tenant } from '../storage/published.ts';
import type { AuthenticatorRow } from '../storage/queries/authenticators.ts';
import { isEditable, methodSettings } from '../configuring/method-settings.ts';
import { isLastVerified } from './remove-authenticator.ts';

export function isOfId(authenticatorId: string): (row: AuthenticatorRow) => boolean {
  return (row) => row.authenticatorId === authenticatorId.toLowerCase();
}

/**
 * The user's authenticator with an id.
 * @throws {Refusal} `not_found`, the same if it is another user's or does not exist
 */
export function findOwn(authenticators: readonly AuthenticatorRow[], authenticatorId: string): AuthenticatorRow {
  const found = authenticators.find(isOfId(authenticatorId));
  if (found === undefined) throw new Refusal('not_found', 'The user has no such authenticator.');
  return found;
}

/** Why a user may not remove one of their authenticators. */
export type KeptBecause = 'switched-off' | 'not-editable' | 'last-authenticator' | 'last-passkey';

/**
 * Why a user may not remove one of their authenticators; undefined if they may. Reliable only for authenticators that
 * were read while the user is locked: another request may be removing one of them. Backends are not limited by this.
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
  // Even if the method is not editable, a held authenticator may be removed: an attacker may have planted it.
  if (!isRemovedHeld && !isEditable(tenant, removed.verificationMethod)) return 'not-editable';
  // Removing a pending enrolment takes no verified authenticator away.
  if (!isVerified(removed)) return undefined;
  // A held authenticator does not count as one that would be left.
  const counted = isRemovedHeld ? authenticators : authenticators.filter((row) => !isHeld(row, nowMs));
  if (!allowDisablingMfa && isLastVerified(counted, removed)) return 'last-authenticator';
  if (isRemovedHeld) return undefined;
  const passkeys = counted.filter(({ verificationMethod }) => verificationMethod === 'PASSKEY');
  const keepsPasskey = methodSettings(tenant, 'PASSKEY')['preventRemovingLastPasskey'] === true;
  if (keepsPasskey && passkeys.includes(removed) && isLastVerified(passkeys, removed)) return 'last-passkey';
  return undefined;
}
