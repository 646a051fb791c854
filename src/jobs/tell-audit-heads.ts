import { takeUntoldAuditHeads } from '../storage/queries/audit-chain.ts';
import type { Job } from './job.ts';

/** Writes into the log how far the audit chains have come: whoever cuts a tail off, of the head too, cannot cut it there. */
export const tellAuditHeads: Job = {
  name: 'tell-audit-heads',
  intervalMs: 60_000,
  async run({ db, tell }) {
    for (const { tenant_id: tenantId, position, hash } of await takeUntoldAuditHeads(db)) {
      tell({ tenantId, position, hash: hash.toString('hex') }, 'audit head');
    }
  },
};
