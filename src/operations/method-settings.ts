import { Refusal } from '../contract/errors.ts';
import type { Tenant } from '../storage/published.ts';

/** What an operator has set for a method; only what was set. */
export function methodSettings(
  { authenticatorConfigurations }: Pick<Tenant, 'authenticatorConfigurations'>,
  method: string,
): Readonly<Record<string, unknown>> {
  return authenticatorConfigurations.find((row) => row.verification_method === method)?.settings ?? {};
}

/** Whether users of the tenant may change their authenticators of a method. */
export function isEditable(tenant: Tenant, method: string): boolean {
  return methodSettings(tenant, method)['isEditableByUser'] !== false;
}

/** @throws {Refusal} `forbidden` if the tenant keeps authenticators of the method out of its users' hands */
export function requireEditable(tenant: Tenant, method: string): void {
  if (isEditable(tenant, method)) return;
  throw new Refusal('forbidden', `The tenant does not let users change authenticators of the method ${method}.`);
}
