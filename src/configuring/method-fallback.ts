import type { AuthenticatorConfigurationRow } from '../storage/queries/authenticator-configurations.ts';

/** The settings of the second provider, without secrets; undefined if there is none. */
export function fallbackOf({
  settings,
}: Pick<AuthenticatorConfigurationRow, 'settings'>): Readonly<Record<string, unknown>> | undefined {
  const { fallback } = settings;
  return typeof fallback === 'object' && fallback !== null
    ? (fallback as Readonly<Record<string, unknown>>)
    : undefined;
}
