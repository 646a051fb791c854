import { purgeOperatorSessions } from '../storage/queries/operator-sessions.ts';
import { purgeExpiredSessions } from '../storage/queries/sessions.ts';
import type { Job } from './job.ts';

const batchMax = 1_000;

/**
 * Deletes sessions of users and operators that have expired. A revoked one of a user stays until then, so that a replayed token is still recognised
 * as revoked.
 */
export const purgeSessions: Job = {
  name: 'purge-sessions',
  intervalMs: 60_000,
  async run({ db, runtime }) {
    for (const purge of [purgeExpiredSessions, purgeOperatorSessions]) {
      let purged: number;
      do {
        purged = await purge(db, runtime.clock.now(), batchMax);
      } while (purged > 0);
    }
  },
};
