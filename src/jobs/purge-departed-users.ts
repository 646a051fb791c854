import {
  adoptEarlierDepartures,
  listDepartures,
  removeDeparted,
  settleDeparture,
} from '../storage/queries/departures.ts';
import { eachAlone } from './each-alone.ts';
import type { Job } from './job.ts';

const usersMax = 20;
// The limit of one run, so that a node that is asked to stop does so soon.
const batchesMax = 100;

/**
 * Deletes or pseudonymises the remaining data of deleted users, one batch per user in turn, so that a large one does
 * not delay the others.
 */
export const purgeDepartedUsers: Job = {
  name: 'purge-departed-users',
  intervalMs: 5_000,
  async run({ db, runtime }) {
    await adoptEarlierDepartures(db);
    let departures = await listDepartures(db, runtime.clock.now(), usersMax);
    for (let batches = 0; departures.length > 0 && batches < batchesMax;) {
      const unfinished: (typeof departures)[number][] = [];
      await eachAlone(departures, async (departure) => {
        batches += 1;
        if (await removeDeparted(db, departure)) unfinished.push(departure);
        else await settleDeparture(db, departure, runtime.clock.now());
      });
      departures = unfinished;
    }
  },
};
