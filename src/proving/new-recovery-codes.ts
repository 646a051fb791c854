import { methods } from '../methods/registry.ts';
import type { SavedCodes } from '../methods/method.ts';
import type { Tenant } from '../storage/published.ts';
import type { Context } from '../calls/context.ts';

const method = 'RECOVERY_CODE';

/** Makes and compares recovery codes. */
export function recoveryCodes(): SavedCodes {
  const codes = methods.get(method)?.savedCodes;
  if (codes === undefined) throw new Error('Recovery codes are not built.');
  return codes;
}

/** Whether users of the tenant have recovery codes. */
export function usesRecoveryCodes(tenant: Tenant): boolean {
  return !tenant.settings.disableRecoveryCodes && tenant.activeMethods.includes(method);
}

/** A new set of codes. Hashing is slow on purpose, so never call it in a transaction. */
export function newRecoveryCodes({ runtime }: Context, tenant: Tenant): ReturnType<SavedCodes['newSet']> {
  return recoveryCodes().newSet(runtime, tenant.pepper);
}
