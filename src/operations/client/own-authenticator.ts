import { Refusal } from '../../contract/errors.ts';
import type { Tenant } from '../../storage/published.ts';
import { methodSettings } from '../method-settings.ts';
import type { AuthenticatorRow } from '../../storage/queries/authenticators.ts';

/** The user's authenticator of an id. @throws {Refusal} `not_found`, the same for one of somebody else and for none */
export function findOwn(authenticators: readonly AuthenticatorRow[], authenticatorId: string): AuthenticatorRow {
  const found = authenticators.find((row) => row.authenticator_id === authenticatorId.toLowerCase());
  if (found === undefined) throw new Refusal('not_found', 'The user has no such authenticator.');
  return found;
}

/** @throws {Refusal} `forbidden` if the tenant keeps authenticators of the method out of its users' hands */
export function requireEditable(tenant: Tenant, method: string): void {
  if (methodSettings(tenant, method)['isEditableByUser'] !== false) return;
  throw new Refusal('forbidden', `The tenant does not let users change authenticators of the method ${method}.`);
}
