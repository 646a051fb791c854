import type { AuthenticatorConfigurationRow } from '../storage/queries/authenticator-configurations.ts';
import type { Context } from '../calls/context.ts';

/** Secrets of providers: block, member, value. */
export type MethodSecrets = Readonly<Record<string, Readonly<Record<string, string>>>>;

function place(tenantId: string, authenticatorId: string) {
  return { tenantId, table: 'authenticator_configurations', row: authenticatorId, column: 'secrets_sealed' };
}

/** Opens the secrets of a configuration. @throws {SealBroken} */
export function openSecrets({ seal }: Context, tenantId: string, row: AuthenticatorConfigurationRow): MethodSecrets {
  if (row.secretsSealed === null) return {};
  const opened = seal.open(row.secretsSealed, place(tenantId, row.authenticatorId));
  return JSON.parse(opened.toString('utf8')) as MethodSecrets;
}

/** Seals secrets for a configuration; null if there are none. */
export function sealSecrets(
  { seal }: Context,
  tenantId: string,
  authenticatorId: string,
  secrets: MethodSecrets,
): Buffer | null {
  if (Object.keys(secrets).length === 0) return null;
  return seal.seal(Buffer.from(JSON.stringify(secrets)), place(tenantId, authenticatorId));
}
