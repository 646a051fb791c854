import { purgeChallenges as deleteExpired } from '../storage/queries/challenges.ts';
import { purgeSentMessages } from '../storage/queries/sent-messages.ts';
import type { Job } from './job.ts';

const batchMax = 1_000;
// As long as a sending limit can last; long after the ten minutes of a code, so that a late request is still told what is
// wrong.
const keptMs = 24 * 60 * 60 * 1000;

/** Deletes challenges that are long over, and what was counted of messages: contacts are not kept for nothing. */
export const purgeChallenges: Job = {
  name: 'purge-challenges',
  intervalMs: 60_000,
  async run({ db, runtime }) {
    const beforeMs = runtime.clock.now() - keptMs;
    for (const purge of [deleteExpired, purgeSentMessages]) {
      let purged: number;
      do {
        purged = await purge(db, beforeMs, batchMax);
      } while (purged === batchMax);
    }
  },
};
