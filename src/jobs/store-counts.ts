import type { Count } from '../core/alerts/measure.ts';
import { byTenant } from '../storage/queries/by-tenant.ts';
import { listWatchedMeasures, recordTenantCounts } from '../storage/queries/tenant-counts.ts';
import { eachAlone } from './each-alone.ts';
import type { Job } from './job.ts';

/**
 * Stores what this node counted that alerts of tenants watch, so that the counts of all nodes can be added up. A node that is
 * killed takes the last seconds of its counts with it.
 */
export const storeCounts: Job = {
  name: 'store-counts',
  intervalMs: 15_000,
  isShared: true,
  async run({ db, counts }) {
    const unstored = counts.unstored();
    if (unstored.length === 0) return;
    const watched = await listWatchedMeasures(db);
    const isWatched = (count: Count) =>
      watched.some(({ tenantId, measure }) => tenantId === count.tenantId && measure === count.measure);
    counts.settle(unstored.filter((count) => !isWatched(count)));
    const wanted = unstored.filter(isWatched);
    await eachAlone(
      byTenant(wanted, (count) => count),
      async ([tenantId, ofTenant]) => {
        await recordTenantCounts(db, tenantId, counts.nodeId, ofTenant);
        counts.settle(ofTenant);
      },
    );
  },
};
