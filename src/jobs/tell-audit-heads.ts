import { takeUntoldAuditHeads } from '../storage/queries/audit-chain.ts';
import type { Job } from './job.ts';

/** Logs the heads of the audit chains: someone who cuts off a tail and its head cannot remove them from the log. */
export const tellAuditHeads: Job = {
  name: 'tell-audit-heads',
  intervalMs: 60_000,
  async run({ db, tell }) {
    for (const { tenantId, position, hash } of await takeUntoldAuditHeads(db)) {
      tell({ tenantId, position, hash: hash.toString('hex') }, 'audit head');
    }
  },
};
