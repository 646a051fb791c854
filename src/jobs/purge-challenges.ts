import { purgeChallenges as deleteExpired } from '../storage/queries/challenges/of-backends.ts';
import { purgeContactMarks } from '../storage/queries/contact-marks.ts';
import { purgeProviderReports } from '../storage/queries/provider-reports.ts';
import { purgeSentMessages } from '../storage/queries/sent-messages.ts';
import type { Job } from './job.ts';

const batchMax = 1_000;
// As long as a sending limit can last. It is much longer than a code's ten minutes, so that a late request still learns
// what is wrong.
const dayMs = 24 * 60 * 60 * 1000;
// Longer than a provider's signature is good.
const reportsKeptMs = 7 * dayMs;
// A mailbox that was full, or a phone that was off for long, is tried again without a warning.
const marksKeptMs = 90 * dayMs;

/** Deletes challenges that ended long ago, their message counts and what providers told of them, so that contacts are not kept without a reason. */
export const purgeChallenges: Job = {
  name: 'purge-challenges',
  intervalMs: 60_000,
  async run({ db, runtime }) {
    const nowMs = runtime.clock.now();
    const purges = [
      [deleteExpired, dayMs],
      [purgeSentMessages, dayMs],
      [purgeProviderReports, reportsKeptMs],
      [purgeContactMarks, marksKeptMs],
    ] as const;
    for (const [purge, keptMs] of purges) {
      let purged: number;
      do {
        purged = await purge(db, nowMs - keptMs, batchMax);
      } while (purged > 0);
    }
  },
};
