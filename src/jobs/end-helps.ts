import { helpKeptMs } from '../core/helps/help-limits.ts';
import { recordAuditEvent } from '../storage/queries/audit-events.ts';
import { expireHelp, loadDueHelps, purgeHelps } from '../storage/queries/helps.ts';
import type { Job, JobContext } from './job.ts';

const batchMax = 200;

/**
 * Records that the time of links and of requests for them is over, which counts without it, and deletes those that are no
 * longer kept.
 */
export const endHelps: Job = {
  name: 'end-helps',
  intervalMs: 60_000,
  async run(context) {
    const { db, runtime } = context;
    for (const [tenantId, helpIds] of await loadDueHelps(db, runtime.clock.now(), batchMax)) {
      for (const helpId of helpIds) await expire(context, tenantId, helpId);
    }
    let purged: number;
    do {
      purged = await purgeHelps(db, runtime.clock.now() - helpKeptMs, batchMax);
    } while (purged > 0);
  },
};

async function expire({ db, runtime }: JobContext, tenantId: string, helpId: string): Promise<void> {
  await db.transaction(async (sql) => {
    const nowMs = runtime.clock.now();
    const userId = await expireHelp(sql, tenantId, helpId, nowMs);
    if (userId === undefined) return;
    await recordAuditEvent(sql, {
      tenantId,
      eventId: runtime.ids.uuid(),
      happenedAtMs: nowMs,
      actor: { kind: 'system', id: 'end-helps' },
      eventType: 'help.expired',
      userId,
      requestId: undefined,
      data: { helpId },
    });
  });
}
