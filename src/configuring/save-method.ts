import { recordAuthenticatorConfiguration } from '../storage/queries/authenticator-configurations.ts';
import type { AuthenticatorConfigurationRow } from '../storage/queries/authenticator-configurations.ts';
import type { Sql } from '../storage/sql.ts';
import type { Context } from '../calls/context.ts';
import { maskedConfiguration } from './authenticator-configuration-views.ts';
import { requireReachableUrl } from './require-reachable-url.ts';
import { requireUsableKeyPolicy } from './require-usable-key-policy.ts';
import { requireUsableOrigins } from './require-usable-origins.ts';
import { configureMethod } from './configure-method.ts';
import type { MethodConfiguration } from './configure-method.ts';
import { fallbackOf } from './method-fallback.ts';
import { requireBuiltProvider } from './require-built-provider.ts';
import { openSecrets, sealSecrets } from './method-secrets.ts';

/** Stores a method's configuration with a request applied. `check` gets the result first, and may refuse it. */
export async function saveMethod(
  sql: Sql,
  context: Context,
  tenantId: string,
  row: AuthenticatorConfigurationRow,
  sent: Readonly<Record<string, unknown>>,
  check: (result: MethodConfiguration) => void = () => undefined,
) {
  const stored = { isActive: row.isActive, settings: row.settings, secrets: openSecrets(context, tenantId, row) };
  const result = configureMethod(row.verificationMethod, stored, sent);
  requireUsableKeyPolicy(sent, result, context.runtime.clock.now());
  requireUsableOrigins(context, sent, result);
  if (typeof sent['webhookUrl'] === 'string') requireReachableUrl(context, sent['webhookUrl'], 'webhookUrl');
  const second = fallbackOf(result)?.['webhookUrl'];
  if (sent['fallback'] !== undefined && typeof second === 'string') {
    requireReachableUrl(context, second, 'fallback.webhookUrl');
  }
  requireBuiltProvider(sent);
  check(result);
  const saved: AuthenticatorConfigurationRow = {
    ...row,
    isActive: result.isActive,
    settings: result.settings,
    secretsSealed: sealSecrets(context, tenantId, row.authenticatorId, result.secrets),
  };
  await recordAuthenticatorConfiguration(sql, tenantId, saved, context.runtime.clock.now());
  return {
    saved,
    before: maskedConfiguration(row, stored.secrets),
    after: maskedConfiguration(saved, result.secrets),
  };
}
