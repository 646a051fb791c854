import type { CountedMeasure } from '../core/alerts/measure.ts';
import { byTenant } from '../storage/queries/by-tenant.ts';
import { recordTenantHours } from '../storage/queries/tenant-hours.ts';
import { eachAlone } from './each-alone.ts';
import type { Job } from './job.ts';

/** What the home page shows. */
const shown: readonly CountedMeasure[] = ['decisions', 'acceptedProofs', 'failedProofs', 'sends', 'lockouts'];

/**
 * Stores what this node counted in each hour, so that the counts of all nodes can be added up. A node that is killed takes
 * less than a minute of its counts with it.
 */
export const storeHours: Job = {
  name: 'store-hours',
  intervalMs: 30_000,
  isShared: true,
  async run({ db, counts }) {
    const unstored = counts.unstoredHours();
    counts.settleHours(unstored.filter(({ measure }) => !shown.includes(measure)));
    const wanted = unstored.filter(({ measure }) => shown.includes(measure));
    await eachAlone(
      byTenant(wanted, (count) => count),
      async ([tenantId, ofTenant]) => {
        await recordTenantHours(db, tenantId, counts.nodeId, ofTenant);
        counts.settleHours(ofTenant);
      },
    );
  },
};
