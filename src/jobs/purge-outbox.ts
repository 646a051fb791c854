import { purgeOutbox as deleteSettled } from '../storage/queries/outbox.ts';
import type { Job } from './job.ts';

const batchMax = 1_000;
const keptMs = 30 * 24 * 60 * 60 * 1000;

/** Deletes what was delivered or given up a month ago. */
export const purgeOutbox: Job = {
  name: 'purge-outbox',
  intervalMs: 60_000,
  async run({ db, runtime }) {
    let purged: number;
    do {
      purged = await deleteSettled(db, runtime.clock.now() - keptMs, batchMax);
    } while (purged === batchMax);
  },
};
