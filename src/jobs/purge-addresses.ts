import { loadMarksSweptAt, removeOldAddresses, sweepUserMarks } from '../storage/queries/old-addresses.ts';
import { listKeptFrom } from '../storage/queries/tenant-settings.ts';
import { eachAlone } from './each-alone.ts';
import type { Job } from './job.ts';

// The limit of one run for each tenant, so that a node that is asked to stop does so soon.
const batchesMax = 40;
// A sweep reads all marks of a tenant, which no index has by time: each success would have to write to it.
const sweepEveryMs = 24 * 60 * 60 * 1000;

/**
 * Removes addresses, user agents, cities and coordinates that are older than their tenant keeps them: from actions as they
 * reach that age, from what is known of users within a day. The next run continues what was interrupted.
 */
export const purgeAddresses: Job = {
  name: 'purge-addresses',
  intervalMs: 60_000,
  async run({ db, runtime }) {
    const nowMs = runtime.clock.now();
    await eachAlone(await listKeptFrom(db, 'addressesInDays', nowMs), async ({ tenantId, keptFromMs }) => {
      await repeat(() => removeOldAddresses(db, tenantId, keptFromMs));
      if (nowMs - (await loadMarksSweptAt(db, tenantId)) < sweepEveryMs) return;
      await repeat(() => sweepUserMarks(db, tenantId, { keptFromMs, nowMs }));
    });
  },
};

async function repeat(removesMore: () => Promise<boolean>): Promise<void> {
  for (let batch = 0; batch < batchesMax; batch += 1) if (!(await removesMore())) return;
}
