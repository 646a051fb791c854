import { purgeExpiredSessions } from '../storage/queries/sessions.ts';
import type { Job } from './job.ts';

const batchMax = 1_000;

/**
 * Deletes sessions that have expired. A revoked session stays until then, so that a replayed token is still recognised
 * as revoked.
 */
export const purgeSessions: Job = {
  name: 'purge-sessions',
  intervalMs: 60_000,
  async run({ db, runtime }) {
    let purged: number;
    do {
      purged = await purgeExpiredSessions(db, runtime.clock.now(), batchMax);
    } while (purged > 0);
  },
};
