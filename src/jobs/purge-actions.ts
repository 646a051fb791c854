import { dropEmptyMonths } from '../storage/queries/actions/months.ts';
import { firstActionId, removeOldActions } from '../storage/queries/actions/old-actions.ts';
import { listKeptFrom } from '../storage/queries/tenant-settings.ts';
import { eachAlone } from './each-alone.ts';
import type { Job } from './job.ts';

// The limit of one run, so that a node that is asked to stop does so soon.
const batchesMax = 100;
// The shortest period that a tenant can set.
const keptAtLeastMs = 90 * 24 * 60 * 60 * 1000;

/**
 * Removes actions that are older than their tenant keeps them, one batch per tenant in turn, and then the tables of months
 * of which nothing is left. The next run does what was interrupted. Nodes that run it at once take different actions.
 */
export const purgeActions: Job = {
  name: 'purge-actions',
  intervalMs: 60_000,
  async run({ db, owner, runtime }) {
    const nowMs = runtime.clock.now();
    let due = (await listKeptFrom(db, 'actionsInDays', nowMs)).map((tenant) => ({ ...tenant, afterId: firstActionId }));
    if (due.length === 0) return;
    for (let batches = 0; due.length > 0 && batches < batchesMax;) {
      const unfinished: typeof due = [];
      await eachAlone(due, async ({ tenantId, keptFromMs, afterId }) => {
        batches += 1;
        const lastId = await removeOldActions(db, tenantId, afterId, keptFromMs);
        if (lastId !== undefined) unfinished.push({ tenantId, keptFromMs, afterId: lastId });
      });
      due = unfinished;
    }
    await dropEmptyMonths(owner, nowMs - keptAtLeastMs);
  },
};
