import { Refusal } from '../contract/errors.ts';
import { ipRanges } from '../core/rules/ip-ranges.ts';
import type { Clock } from '../runtime/runtime.ts';
import { recordApiKeyUse } from '../storage/queries/api-keys.ts';
import type { KeyHolder, TenantSettings } from '../storage/published.ts';
import type { Store } from '../storage/sql.ts';

const noteEveryMs = 60_000;

/** Checks the holder of a valid key before their request runs. @throws {Refusal} `forbidden` */
export type AdmitCaller = (holder: KeyHolder, address: string) => void;

/**
 * Refuses calls to the server API from addresses outside the tenant's whitelist. Records the use of management keys, at
 * most once a minute and without making the request wait.
 */
export function admitCaller(db: Store, clock: Clock, onProblem: (error: unknown) => void): AdmitCaller {
  const notedMs = new Map<string, number>();
  // Keyed by the settings object, which is replaced as a whole when settings change.
  const ranges = new WeakMap<TenantSettings, (address: string) => boolean>();

  function isPermitted({ settings }: KeyHolder['tenant'], address: string): boolean {
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
