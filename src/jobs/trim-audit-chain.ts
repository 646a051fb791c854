import {
  loadAuditAnchor,
  loadAuditChainPage,
  lockAuditTrimming,
  trimAuditChain as removeBeginning,
} from '../storage/queries/audit-chain.ts';
import { listKeptFrom } from '../storage/queries/tenant-settings.ts';
import { eachAlone } from './each-alone.ts';
import type { Job, JobContext } from './job.ts';
import { chainStart } from './link-audit-events.ts';
import { checkLinks } from './verify-audit-chain.ts';

const batchMax = 1_000;
// The limit of one run, so that a node that is asked to stop does so soon.
const batchesMax = 100;
// Each trimming is an entry of its own, so entries wait until there is a day's worth of them.
const gatheredMs = 24 * 60 * 60 * 1000;

/**
 * Removes the beginning of audit chains whose tenants keep entries only for a period. What does not verify stays, so that
 * tampering can still be seen. Each removal is an anchor, an audit event and a line in the log (decision 0032).
 */
export const trimAuditChain: Job = {
  name: 'trim-audit-chain',
  intervalMs: 3_600_000,
  async run(context) {
    const due = await listKeptFrom(context.db, 'auditEntriesInDays', context.runtime.clock.now());
    await eachAlone(due, async (tenant) => {
      // Once begun, everything goes whose period is over.
      let isDue = await trim(context, tenant, gatheredMs);
      for (let batch = 1; isDue && batch < batchesMax; batch += 1) isDue = await trim(context, tenant, 0);
    });
  },
};

/** Removes one batch, if its oldest entry is over by `waitedMs`. Returns whether there may be more. */
async function trim(
  { db, runtime, tell, warn }: JobContext,
  { tenantId, keptFromMs }: { readonly tenantId: string; readonly keptFromMs: number },
  waitedMs: number,
): Promise<boolean> {
  const trimmed = await db.transaction(async (sql) => {
    if (!(await lockAuditTrimming(sql))) return undefined;
    const anchor = (await loadAuditAnchor(sql, tenantId)) ?? chainStart;
    const page = await loadAuditChainPage(sql, tenantId, anchor.position, batchMax);
    const isOver = (at: number | null | undefined) => typeof at === 'number' && at < keptFromMs;
    if (!isOver((page[0]?.happenedAt ?? keptFromMs) + waitedMs)) return undefined;
    const kept = page.findIndex(({ happenedAt }) => !isOver(happenedAt));
    const over = kept === -1 ? page : page.slice(0, kept);
    const [fault] = checkLinks(anchor, over);
    if (fault !== undefined) {
      warn(new Error(`The audit log of ${tenantId} is not trimmed, because it does not hold: ${fault}`));
      return undefined;
    }
    const last = over.at(-1);
    if (last === undefined) return undefined;
    const removed = await removeBeginning(sql, tenantId, {
      last,
      nowMs: runtime.clock.now(),
      eventId: runtime.ids.uuid(),
    });
    return { position: last.position, hash: last.hash.toString('hex'), removed };
  });
  if (trimmed === undefined) return false;
  tell({ tenantId, ...trimmed }, 'audit trimmed');
  return trimmed.removed === batchMax;
}
