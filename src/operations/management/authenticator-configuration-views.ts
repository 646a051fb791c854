import type { z } from 'zod';
import type { listAuthenticatorConfigurations } from '../../contract/management/authenticator-configurations.ts';
import { verificationMethod } from '../../contract/values.ts';
import type { AuthenticatorConfigurationRow } from '../../storage/queries/authenticator-configurations.ts';
import type { MethodSecrets } from './method-secrets.ts';

type OlderView = z.input<typeof listAuthenticatorConfigurations.reply>[number];

const outOfBand = new Set(['SMS', 'WHATSAPP', 'EMAIL_OTP', 'EMAIL_MAGIC_LINK', 'PUSH']);

/** Everything of a configuration but its secrets; each answer takes out of it what its route declares. */
export function openMembers(row: AuthenticatorConfigurationRow) {
  return {
    ...row.settings,
    authenticatorId: row.authenticator_id,
    isActive: row.is_active,
    verificationMethod: verificationMethod.parse(row.verification_method),
  };
}

/** A configuration as the older generation of this API answers it. */
export function olderView(row: AuthenticatorConfigurationRow): OlderView {
  const { sendingRateLimitConfigurations: limits, submissionRateLimitConfiguration: limit } = row.settings;
  return {
    ...openMembers(row),
    authenticatorType: outOfBand.has(row.verification_method) ? 'OOB' : row.verification_method,
    // The older names of the same limits; only the first of several has one.
    ...(limit === undefined ? {} : { rateLimitConfiguration: limit as OlderView['rateLimitConfiguration'] }),
    ...(Array.isArray(limits)
      ? { sendingRateLimitConfiguration: limits[0] as OlderView['rateLimitConfiguration'] }
      : {}),
  };
}

/** A configuration for the audit log: one sees that a secret is there, and nothing of it. */
export function maskedConfiguration(row: AuthenticatorConfigurationRow, secrets: MethodSecrets) {
  const masked = Object.entries(secrets).map(([block, members]) => [
    block,
    {
      ...(row.settings[block] as object),
      ...Object.fromEntries(Object.keys(members).map((member) => [member, '********'])),
    },
  ]);
  return { ...openMembers(row), ...Object.fromEntries(masked) };
}
