import type { Runtime } from '../runtime/runtime.ts';
import { recordDelivery, recordDeliveryFailure, takeOutboxRows } from '../storage/queries/outbox.ts';
import type { OutboxRow } from '../storage/queries/outbox.ts';
import type { Job, JobContext } from './job.ts';

const batchMax = 20;
// What one run may take, so that a node that is asked to stop does so soon.
const batchesMax = 5;
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
    const { db, runtime, deliver } = context;
    for (let batch = 0; batch < batchesMax; batch += 1) {
      const nowMs = runtime.clock.now();
      const kinds = Object.keys(deliver);
      const rows = await takeOutboxRows(db, { kinds, nowMs, leasedUntilMs: nowMs + leaseMs, max: batchMax });
      await Promise.all(rows.map((row) => settle(context, row)));
      if (rows.length < batchMax) return;
    }
  },
};

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
