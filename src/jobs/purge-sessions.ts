import { purgeOperatorSessions } from '../storage/queries/operator-sessions.ts';
import { purgeUsedOidcFlows } from '../storage/queries/operator-identities.ts';
import { purgeExpiredSessions } from '../storage/queries/sessions.ts';
import type { Job } from './job.ts';

const batchMax = 1_000;

/**
 * Deletes sessions of users and operators that have expired, and what kept sign-ins from counting twice. A revoked session of a
 * user stays until then, so that a replayed token is still recognised as revoked.
 */
export const purgeSessions: Job = {
  name: 'purge-sessions',
  intervalMs: 60_000,
  async run({ db, runtime }) {
    for (const purge of [purgeExpiredSessions, purgeOperatorSessions, purgeUsedOidcFlows]) {
      let purged: number;
      do {
        purged = await purge(db, runtime.clock.now(), batchMax);
      } while (purged > 0);
    }
  },
};
