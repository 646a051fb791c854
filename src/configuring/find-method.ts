import { Refusal } from '../contract/errors.ts';
import { loadAuthenticatorConfigurations } from '../storage/queries/authenticator-configurations.ts';
import type { AuthenticatorConfigurationRow } from '../storage/queries/authenticator-configurations.ts';
import type { Sql } from '../storage/sql.ts';

/** The configuration that fits, if there is one. A tenant has at most one per method. */
export async function loadMethod(
  sql: Sql,
  tenantId: string,
  fits: (row: AuthenticatorConfigurationRow) => boolean,
): Promise<AuthenticatorConfigurationRow | undefined> {
  return (await loadAuthenticatorConfigurations(sql, tenantId)).find(fits);
}

/** @throws {Refusal} `authenticator_configuration_not_found` */
export async function findMethod(
  sql: Sql,
  tenantId: string,
  fits: (row: AuthenticatorConfigurationRow) => boolean,
): Promise<AuthenticatorConfigurationRow> {
  const row = await loadMethod(sql, tenantId, fits);
  if (row !== undefined) return row;
  throw new Refusal('authenticator_configuration_not_found', 'The authenticator configuration was not found.');
}
