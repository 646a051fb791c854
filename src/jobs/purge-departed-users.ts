import { holdTracks } from '../storage/queries/actions.ts';
import { listUnsettledDepartures, removeDepartedActions, settleDeparture } from '../storage/queries/departed-users.ts';
import type { Job } from './job.ts';

const usersMax = 20;
// What one run may take, so that a node that is asked to stop does so soon.
const batchesMax = 25;

/** Deletes, or renames, what deleted users have left behind: a batch of one, then of the next, so that no one waits for a large one. */
export const purgeDepartedUsers: Job = {
  name: 'purge-departed-users',
  intervalMs: 5_000,
  async run({ db, runtime }) {
    let departures = await listUnsettledDepartures(db, usersMax);
    for (let batches = 0; departures.length > 0 && batches < batchesMax;) {
      const unfinished: (typeof departures)[number][] = [];
      for (const departure of departures) {
        batches += 1;
        if (await removeDepartedActions(db, departure)) {
          unfinished.push(departure);
          continue;
        }
        await db.transaction(async (sql) => {
          await holdTracks(sql, departure.tenantId, departure.userId);
          await settleDeparture(sql, departure, runtime.clock.now());
        });
      }
      departures = unfinished;
    }
  },
};
