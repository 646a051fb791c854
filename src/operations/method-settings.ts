import type { Tenant } from '../storage/published.ts';

/** What an operator has set for a method; only what was set. */
export function methodSettings(
  { authenticatorConfigurations }: Pick<Tenant, 'authenticatorConfigurations'>,
  method: string,
): Readonly<Record<string, unknown>> {
  return authenticatorConfigurations.find((row) => row.verification_method === method)?.settings ?? {};
}
