import { Refusal } from '../contract/errors.ts';
import type { Tenant } from '../storage/published.ts';

/** The settings that an operator has made for a method, without defaults. */
export function methodSettings(
  { authenticatorConfigurations }: Pick<Tenant, 'authenticatorConfigurations'>,
  method: string,
): Readonly<Record<string, unknown>> {
  return authenticatorConfigurations.find((row) => row.verificationMethod === method)?.settings ?? {};
}

/** Whether users of the tenant may change their authenticators of a method. */
export function isEditable(tenant: Tenant, method: string): boolean {
  return methodSettings(tenant, method)['isEditableByUser'] !== false;
}

/** @throws {Refusal} `forbidden` if the tenant does not let users change authenticators of the method */
export function requireEditable(tenant: Tenant, method: string): void {
  if (isEditable(tenant, method)) return;
  throw new Refusal('forbidden', `The tenant does not let users change authenticators of the method ${method}.`);
}
