import { recordAuthenticatorConfiguration } from '../../storage/queries/authenticator-configurations.ts';
import type { AuthenticatorConfigurationRow } from '../../storage/queries/authenticator-configurations.ts';
import type { Sql } from '../../storage/sql.ts';
import type { Context } from '../operation.ts';
import { maskedConfiguration } from './authenticator-configuration-views.ts';
import { checkKeyPolicy } from './check-key-policy.ts';
import { checkOrigins } from './check-origins.ts';
import { configureMethod } from './configure-method.ts';
import type { MethodConfiguration } from './configure-method.ts';
import { openSecrets, sealSecrets } from './method-secrets.ts';

/** Stores a method's configuration with a request over it. `check` sees the result first, and may refuse it. */
export async function saveMethod(
  sql: Sql,
  context: Context,
  tenantId: string,
  row: AuthenticatorConfigurationRow,
  sent: Readonly<Record<string, unknown>>,
  check: (result: MethodConfiguration) => void = () => undefined,
) {
  const stored = { isActive: row.is_active, settings: row.settings, secrets: openSecrets(context, tenantId, row) };
  const result = configureMethod(row.verification_method, stored, sent);
  checkKeyPolicy(sent, result, context.runtime.clock.now());
  checkOrigins(context, sent, result);
  check(result);
  const saved: AuthenticatorConfigurationRow = {
    ...row,
    is_active: result.isActive,
    settings: result.settings,
    secrets_sealed: sealSecrets(context, tenantId, row.authenticator_id, result.secrets),
  };
  await recordAuthenticatorConfiguration(sql, tenantId, saved, context.runtime.clock.now());
  return {
    saved,
    before: maskedConfiguration(row, stored.secrets),
    after: maskedConfiguration(saved, result.secrets),
  };
}
