import type { Tenant } from '../storage/published.ts';

/** The tenant's active methods that can be a challenge of their own. Recovery codes stand in for another, so they are not. */
export function usableMethods(tenant: Tenant): readonly string[] {
  return tenant.activeMethods.filter((method) => method !== 'RECOVERY_CODE');
}
