import type { DecisionRecord } from '../core/actions/decide-action.ts';
import type { Tenant } from '../storage/published.ts';

/** The tenant's active methods that can be a challenge of their own. Recovery codes stand in for another, so they are not. */
export function usableMethods(tenant: Tenant): readonly string[] {
  return tenant.activeMethods.filter((method) => method !== 'RECOVERY_CODE');
}

/** What of `methods` an action's decision and the tenant's present configuration both permit, in the order asked for. */
export function permittedMethods(tenant: Tenant, demand: DecisionRecord['demand']): readonly string[] {
  const usable = usableMethods(tenant);
  // A method that was disabled since is skipped; the list as stored stays.
  return demand.verificationMethods === null
    ? usable
    : demand.verificationMethods.filter((method) => usable.includes(method));
}
