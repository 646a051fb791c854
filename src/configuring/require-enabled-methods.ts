import { Refusal } from '../contract/errors.ts';
import { loadAuthenticatorConfigurations } from '../storage/queries/authenticator-configurations.ts';
import type { Sql } from '../storage/sql.ts';

interface MethodDemand {
  readonly verificationMethods: readonly string[] | null;
  readonly defaultVerificationMethod: string | null;
}

interface SentMethods {
  readonly verificationMethods?: readonly string[] | null | undefined;
  readonly promptToEnrollVerificationMethods?: readonly string[] | null | undefined;
  readonly defaultVerificationMethod?: string | null | undefined;
}

/**
 * Refuses methods that the tenant has not enabled, and a default that is not permitted. Checks only what was sent: a
 * method that is disabled later stays stored, and is skipped when a challenge is created.
 */
export async function requireEnabledMethods(
  sql: Sql,
  tenantId: string,
  sent: SentMethods,
  result: MethodDemand,
): Promise<void> {
  const { verificationMethods, promptToEnrollVerificationMethods, defaultVerificationMethod } = sent;
  const named = new Set([
    ...(verificationMethods ?? []),
    ...(promptToEnrollVerificationMethods ?? []),
    ...(defaultVerificationMethod ? [defaultVerificationMethod] : []),
  ]);
  if (named.size === 0) return;

  const configurations = await loadAuthenticatorConfigurations(sql, tenantId);
  const enabled = new Set(configurations.filter((row) => row.isActive).map((row) => row.verificationMethod));
  for (const method of named) {
    if (!enabled.has(method)) throw new Refusal('invalid_request', `${method} is not an enabled verification method`);
  }
  const { verificationMethods: permitted, defaultVerificationMethod: first } = result;
  if (permitted !== null && first !== null && !permitted.includes(first)) {
    throw new Refusal('invalid_request', 'defaultVerificationMethod must be one of verificationMethods.');
  }
}
