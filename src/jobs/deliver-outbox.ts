import type { Runtime } from '../runtime/runtime.ts';
import { recordDelivery, recordDeliveryFailure, takeOutboxRows } from '../storage/queries/outbox.ts';
import type { OutboxRow } from '../storage/queries/outbox.ts';
import type { Job, JobContext } from './job.ts';

const batchMax = 20;
// What one run may take, so that a node that is asked to stop does so soon. Another goes on with what is under way.
const roundsMax = 5;
/** A tenant whose mail server or endpoint is slow has this many deliveries under way, and the others of it wait. */
const ownUnderWayMax = 10;
const underWayMax = 200;
const patienceMs = 1_000;
// Longer than any delivery takes; after it, another node takes what a dead one held.
const leaseMs = 60_000;

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
/** The wait after each try that failed; a fifth more or less, so that what failed together does not come back together. */
const waitsMs = [minuteMs / 2, 5 * minuteMs, 30 * minuteMs, 2 * hourMs, 5 * hourMs, 10 * hourMs, 10 * hourMs];

/**
 * Delivers what changes have left in the outbox: at least once, on whichever node takes it first, and again with growing
 * waits where it fails. What fails for the last time stays for an operator to see; nothing is tried for ever.
 */
export const deliverOutbox: Job = {
  name: 'deliver-outbox',
  intervalMs: 1_000,
  async run(context) {
    // Looked at again while some take long: what comes due meanwhile is another tenant's.
    for (let round = 0; round < roundsMax; round += 1) {
      const isMore = await begin(context);
      const areSettled = await settledWithin(patienceMs, context.underWay.keys());
      if (areSettled && !isMore) return;
    }
  },
};

/** Whether all have ended within `ms`. */
async function settledWithin(ms: number, deliveries: Iterable<Promise<void>>): Promise<boolean> {
  const patience = AbortSignal.timeout(ms);
  const isOver = new Promise<false>((resolve) => {
    patience.addEventListener('abort', () => resolve(false), { once: true });
  });
  return Promise.race([Promise.all(deliveries).then(() => true), isOver]);
}

/** Begins what is due, as far as each tenant may have under way; says whether there may be more. */
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
      underWay.set(delivery, row.tenant_id);
    }
    if (rows.length < max) return isMore;
  }
}

/** Those that have as much under way as one may. */
function busyTenants(underWay: ReadonlyMap<unknown, string>): readonly string[] {
  const counts = new Map<string, number>();
  for (const tenantId of underWay.values()) counts.set(tenantId, (counts.get(tenantId) ?? 0) + 1);
  return [...counts].filter(([, count]) => count >= ownUnderWayMax).map(([tenantId]) => tenantId);
}

async function settle({ db, runtime, deliver }: JobContext, row: OutboxRow): Promise<void> {
  try {
    // Taken more often than it may be tried: it has ended the nodes that took it.
    if (row.tries > waitsMs.length + 1) throw new Error('No try of it came to an end.');
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
