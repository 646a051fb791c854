import { deleteOldTenantHours } from '../storage/queries/tenant-hours.ts';
import type { Job } from './job.ts';

const hourMs = 60 * 60 * 1000;
/** A day longer than the longest range of the home page. */
const keptMs = 91 * 24 * hourMs;

/** Deletes what the home page no longer shows. */
export const purgeHours: Job = {
  name: 'purge-hours',
  intervalMs: hourMs,
  async run({ db, runtime }) {
    await deleteOldTenantHours(db, runtime.clock.now() - keptMs);
  },
};
