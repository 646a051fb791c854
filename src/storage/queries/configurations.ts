import { sqlTime, statement } from '../sql.ts';
import type { Sql } from '../sql.ts';

export interface AuthenticatorConfigurationRow {
  readonly authenticator_id: string;
  readonly verification_method: string;
  readonly is_active: boolean;
}

const authenticatorsStatement = statement<AuthenticatorConfigurationRow>(
  'load_authenticator_configurations',
  `select authenticator_id, verification_method, is_active from authenticator_configurations
   where tenant_id = $1 order by created_at, authenticator_id`,
);

export async function loadAuthenticatorConfigurations(
  sql: Sql,
  tenantId: string,
): Promise<readonly AuthenticatorConfigurationRow[]> {
  return sql.query(authenticatorsStatement, [tenantId]);
}

const createAuthenticatorStatement = statement<never>(
  'create_authenticator_configuration',
  `insert into authenticator_configurations (tenant_id, authenticator_id, verification_method, is_active, created_at)
   values ($1, $2, $3, true, $4)`,
);

export async function createAuthenticatorConfiguration(
  sql: Sql,
  configuration: { tenantId: string; authenticatorId: string; verificationMethod: string; nowMs: number },
): Promise<void> {
  await sql.query(createAuthenticatorStatement, [
    configuration.tenantId,
    configuration.authenticatorId,
    configuration.verificationMethod,
    sqlTime(configuration.nowMs),
  ]);
}

export interface ActionConfigurationRow {
  readonly action_code: string;
  readonly default_result: 'ALLOW' | 'CHALLENGE' | 'REVIEW' | 'BLOCK';
}

const actionsStatement = statement<ActionConfigurationRow>(
  'load_action_configurations',
  'select action_code, default_result from action_configurations where tenant_id = $1 order by action_code',
);

export async function loadActionConfigurations(sql: Sql, tenantId: string): Promise<readonly ActionConfigurationRow[]> {
  return sql.query(actionsStatement, [tenantId]);
}
