import { Refusal } from '../contract/errors.ts';
import { ipRanges } from '../core/rules/ip-ranges.ts';
import type { Clock } from '../runtime/runtime.ts';
import { recordApiKeyUse } from '../storage/queries/api-keys.ts';
import type { Caller, TenantSettings } from '../storage/published.ts';
import type { Store } from '../storage/sql.ts';

const noteEveryMs = 60_000;

/** Looks at the holder of a good key before anything is done for them. @throws {Refusal} `forbidden` */
export type AdmitCaller = (caller: Caller, address: string) => void;

/**
 * Bars the server API from addresses outside the tenant's whitelist, and notes when management keys are used: once a
 * minute at most, and without letting the request wait for it.
 */
export function admitCaller(db: Store, clock: Clock, onProblem: (error: unknown) => void): AdmitCaller {
  const notedMs = new Map<string, number>();
  // By the settings themselves: a tenant's are replaced whole when they change.
  const ranges = new WeakMap<TenantSettings, (address: string) => boolean>();

  function isPermitted({ settings }: Caller['tenant'], address: string): boolean {
    if (settings.ipWhitelist.length === 0) return true;
    const isInside = ranges.get(settings) ?? ipRanges(settings.ipWhitelist);
    ranges.set(settings, isInside);
    return isInside(address);
  }

  return ({ tenant, kind, keyId }, address) => {
    if (kind === 'server') {
      if (isPermitted(tenant, address)) return;
      throw new Refusal('forbidden', "The tenant's ipWhitelist does not permit calls from this address.");
    }
    const nowMs = clock.now();
    if (nowMs - (notedMs.get(keyId) ?? -Infinity) < noteEveryMs) return;
    notedMs.set(keyId, nowMs);
    recordApiKeyUse(db, tenant.tenantId, keyId, nowMs).catch(onProblem);
  };
}
