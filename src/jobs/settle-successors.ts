import { loadDueSuccessors } from '../storage/queries/authenticators.ts';
import type { Job } from './job.ts';

const batchMax = 100;

/** Lets authenticators take the place that they have waited for. What they replace counts for nothing from that time on anyway. */
export const settleSuccessors: Job = {
  name: 'settle-successors',
  intervalMs: 60_000,
  async run({ db, runtime, settleFactors }) {
    const due = await loadDueSuccessors(db, runtime.clock.now(), batchMax);
    for (const { tenant_id: tenantId, user_id: userId } of due) await settleFactors(tenantId, userId);
  },
};
