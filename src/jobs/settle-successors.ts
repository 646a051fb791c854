import { loadDueSuccessors } from '../storage/queries/authenticators.ts';
import { eachAlone } from './each-alone.ts';
import type { Job } from './job.ts';

const batchMax = 100;

/**
 * Lets authenticators replace their predecessors when their hold has ended. From that time on the predecessor counts
 * for nothing, even before this job runs.
 */
export const settleSuccessors: Job = {
  name: 'settle-successors',
  intervalMs: 60_000,
  async run({ db, runtime, settleFactors }) {
    const due = await loadDueSuccessors(db, runtime.clock.now(), batchMax);
    await eachAlone(due, ({ tenantId, userId }) => settleFactors(tenantId, userId));
  },
};
