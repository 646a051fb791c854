import { purgeChallenges as deleteExpired } from '../storage/queries/challenges/of-backends.ts';
import { purgeSentMessages } from '../storage/queries/sent-messages.ts';
import type { Job } from './job.ts';

const batchMax = 1_000;
// As long as a sending limit can last. It is much longer than a code's ten minutes, so that a late request still learns
// what is wrong.
const keptMs = 24 * 60 * 60 * 1000;

/** Deletes challenges that ended long ago, and their message counts, so that contacts are not kept without a reason. */
export const purgeChallenges: Job = {
  name: 'purge-challenges',
  intervalMs: 60_000,
  async run({ db, runtime }) {
    const beforeMs = runtime.clock.now() - keptMs;
    for (const purge of [deleteExpired, purgeSentMessages]) {
      let purged: number;
      do {
        purged = await purge(db, beforeMs, batchMax);
      } while (purged > 0);
    }
  },
};
