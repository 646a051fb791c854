import { sqlTime, statement } from '../sql.ts';
import type { Sql } from '../sql.ts';

export interface AuthenticatorConfigurationRow {
  readonly authenticatorId: string;
  readonly verificationMethod: string;
  readonly isActive: boolean;
  /** Only settings that were set; never a secret. */
  readonly settings: Readonly<Record<string, unknown>>;
  /** The secrets of the providers by block and member, as JSON. */
  readonly secretsSealed: Buffer | null;
}

const columns = 'authenticator_id, verification_method, is_active, settings, secrets_sealed';

const listStatement = statement<AuthenticatorConfigurationRow>(
  'load_authenticator_configurations',
  `select ${columns} from authenticator_configurations where tenant_id = $1 order by created_at, authenticator_id`,
);

/** The tenant's configurations, oldest first. */
export async function loadAuthenticatorConfigurations(
  sql: Sql,
  tenantId: string,
): Promise<readonly AuthenticatorConfigurationRow[]> {
  return sql.query(listStatement, [tenantId]);
}

const createStatement = statement<never>(
  'create_authenticator_configuration',
  `insert into authenticator_configurations (tenant_id, authenticator_id, verification_method, is_active, created_at)
   values ($1, $2, $3, true, $4)`,
);

/** Creates an active method without settings of its own, as a new tenant has it. */
export async function createAuthenticatorConfiguration(
  sql: Sql,
  configuration: { tenantId: string; authenticatorId: string; verificationMethod: string; nowMs: number },
): Promise<void> {
  await sql.query(createStatement, [
    configuration.tenantId,
    configuration.authenticatorId,
    configuration.verificationMethod,
    sqlTime(configuration.nowMs),
  ]);
}

const recordStatement = statement<never>(
  'record_authenticator_configuration',
  `insert into authenticator_configurations
     (tenant_id, authenticator_id, verification_method, is_active, settings, secrets_sealed, created_at)
   values ($1, $2, $3, $4, $5, $6, $7)
   on conflict (tenant_id, authenticator_id) do update set
     is_active = excluded.is_active, settings = excluded.settings, secrets_sealed = excluded.secrets_sealed`,
);

/** Stores a new configuration, or replaces an existing one. */
export async function recordAuthenticatorConfiguration(
  sql: Sql,
  tenantId: string,
  row: AuthenticatorConfigurationRow,
  nowMs: number,
): Promise<void> {
  await sql.query(recordStatement, [
    tenantId,
    row.authenticatorId,
    row.verificationMethod,
    row.isActive,
    JSON.stringify(row.settings),
    row.secretsSealed,
    sqlTime(nowMs),
  ]);
}

const deleteStatement = statement<never>(
  'delete_authenticator_configuration',
  'delete from authenticator_configurations where tenant_id = $1 and authenticator_id = $2',
);

export async function deleteAuthenticatorConfigurationRow(
  sql: Sql,
  tenantId: string,
  authenticatorId: string,
): Promise<void> {
  await sql.query(deleteStatement, [tenantId, authenticatorId]);
}
