import type { z } from 'zod';
import type { listAuthenticatorConfigurations } from '../contract/management/authenticator-configurations.ts';
import { verificationMethod } from '../contract/values.ts';
import { manifestOf } from '../methods/manifests.ts';
import type { AuthenticatorConfigurationRow } from '../storage/queries/authenticator-configurations.ts';
import { fallbackOf } from './method-fallback.ts';
import type { MethodSecrets } from './method-secrets.ts';

type OlderView = z.input<typeof listAuthenticatorConfigurations.reply.schema>[number];

/** Everything in a configuration except its secrets; each response picks what its route declares. */
export function openMembers(row: AuthenticatorConfigurationRow) {
  return {
    ...row.settings,
    authenticatorId: row.authenticatorId,
    isActive: row.isActive,
    verificationMethod: verificationMethod.parse(row.verificationMethod),
  };
}

/** A configuration as the older version of this API returns it. */
export function olderView(row: AuthenticatorConfigurationRow): OlderView {
  const { sendingRateLimitConfigurations: limits, submissionRateLimitConfiguration: limit } = row.settings;
  return {
    ...openMembers(row),
    authenticatorType: manifestOf(row.verificationMethod)?.channel === undefined ? row.verificationMethod : 'OOB',
    // The older names of the same limits; of several, only the first has one.
    ...(limit === undefined ? {} : { rateLimitConfiguration: limit as OlderView['rateLimitConfiguration'] }),
    ...(Array.isArray(limits)
      ? { sendingRateLimitConfiguration: limits[0] as OlderView['rateLimitConfiguration'] }
      : {}),
  };
}

/** A configuration for the audit log: it shows that there is a secret, and nothing of its value. */
export function maskedConfiguration(row: AuthenticatorConfigurationRow, secrets: MethodSecrets) {
  const prefix = 'fallback.';
  const fallback = fallbackOf(row);
  const mask = (settings: Readonly<Record<string, unknown>>, mine: MethodSecrets) =>
    Object.fromEntries(
      Object.entries(mine).map(([block, members]) => [
        block,
        {
          ...(settings[block] as object),
          ...Object.fromEntries(Object.keys(members).map((member) => [member, '********'])),
        },
      ]),
    );
  const named = Object.entries(secrets);
  const first = Object.fromEntries(named.filter(([name]) => !name.startsWith(prefix)));
  const second = Object.fromEntries(
    named.flatMap(([name, members]) => (name.startsWith(prefix) ? [[name.slice(prefix.length), members]] : [])),
  );
  return {
    ...openMembers(row),
    ...mask(row.settings, first),
    ...(fallback === undefined ? {} : { fallback: { ...fallback, ...mask(fallback, second) } }),
  };
}
