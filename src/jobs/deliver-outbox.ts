import type { Runtime } from '../runtime/runtime.ts';
import { recordDelivery, recordDeliveryFailure, takeOutboxRows } from '../storage/queries/outbox.ts';
import type { OutboxRow } from '../storage/queries/outbox.ts';
import { endOf } from './end-of.ts';
import type { Job, JobContext } from './job.ts';

const batchMax = 20;
// The limit of one run, so that a node that is asked to stop does so soon. Another node continues the work.
const roundsMax = 5;
/** The most concurrent deliveries of a tenant, whose mail server or endpoint may be slow; its other deliveries wait. */
const ownUnderWayMax = 10;
const underWayMax = 200;
const patienceMs = 1_000;
// Longer than any delivery takes; after that, another node takes over from a crashed one.
const leaseMs = 60_000;

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
/**
 * The wait after each failed attempt, varied by up to a fifth, so that deliveries that failed together are not retried
 * together.
 */
const waitsMs = [minuteMs / 2, 5 * minuteMs, 30 * minuteMs, 2 * hourMs, 5 * hourMs, 10 * hourMs, 10 * hourMs];

/**
 * Delivers the rows that changes have left in the outbox: at least once, on the node that takes a row first, and again
 * with growing waits if it fails. After the last attempt a row stays for an operator to see; no row is retried for
 * ever.
 */
export const deliverOutbox: Job = {
  name: 'deliver-outbox',
  intervalMs: 1_000,
  isShared: true,
  async run(context) {
    // Look again while some deliveries take long: what becomes due in the meantime may belong to another tenant.
    for (let round = 0; round < roundsMax; round += 1) {
      const isMore = await begin(context);
      const all = Promise.all(context.underWay.keys());
      const ended = await Promise.race([all, endOf(context.runtime.timers.timeout(patienceMs))]);
      if (ended !== 'late' && !isMore) return;
    }
  },
};

/** Starts due deliveries within each tenant's limit; returns whether there may be more. */
async function begin(context: JobContext): Promise<boolean> {
  const { db, runtime, deliver, underWay, warn } = context;
  const kinds = Object.keys(deliver);
  for (let isMore = false; ; isMore = true) {
    const max = Math.min(batchMax, underWayMax - underWay.size);
    if (max <= 0) return true;
    const nowMs = runtime.clock.now();
    const exceptTenants = busyTenants(underWay);
    const rows = await takeOutboxRows(db, { kinds, nowMs, leasedUntilMs: nowMs + leaseMs, max, exceptTenants });
    for (const row of rows) {
      const delivery = settle(context, row)
        .catch(warn)
        .finally(() => underWay.delete(delivery));
      underWay.set(delivery, row.tenantId);
    }
    if (rows.length < max) return isMore;
  }
}

/** Tenants at their limit of concurrent deliveries. */
function busyTenants(underWay: ReadonlyMap<unknown, string>): readonly string[] {
  const counts = new Map<string, number>();
  for (const tenantId of underWay.values()) counts.set(tenantId, (counts.get(tenantId) ?? 0) + 1);
  return [...counts].filter(([, count]) => count >= ownUnderWayMax).map(([tenantId]) => tenantId);
}

async function settle({ db, runtime, deliver }: JobContext, row: OutboxRow): Promise<void> {
  try {
    // Taken more often than it may be attempted: it has crashed the nodes that took it.
    if (row.tries > waitsMs.length + 1) throw new Error('No attempt to deliver it finished.');
    await deliver[row.kind]?.(row);
  } catch (error) {
    const nowMs = runtime.clock.now();
    const waitMs = waitsMs[row.tries - 1];
    const nextTryMs = waitMs === undefined ? null : nowMs + jittered(runtime, waitMs);
    const reason = error instanceof Error ? error.name : 'unknown';
    await recordDeliveryFailure(db, row, { nowMs, nextTryMs, reason });
    return;
  }
  await recordDelivery(db, row, runtime.clock.now());
}

function jittered({ random }: Runtime, waitMs: number): number {
  const share = random.bytes(4).readUInt32BE() / 0x1_0000_0000;
  return Math.round(waitMs * (0.8 + 0.4 * share));
}
