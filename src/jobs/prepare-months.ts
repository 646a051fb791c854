import { prepareMonths } from '../storage/queries/actions/months.ts';
import { isForbidden } from '../storage/sql.ts';
import type { Job } from './job.ts';

/** Makes the tables of actions of the months to come, and of actions that found none for their month. */
export const prepareActionMonths: Job = {
  name: 'prepare-months',
  intervalMs: 3_600_000,
  async run({ owner, runtime }) {
    try {
      await prepareMonths(owner, runtime.clock.now());
    } catch (error) {
      if (!isForbidden(error)) throw error;
      throw new Error(
        'This node may not make the tables of actions of the next months. Run "sallyport migrate" with SALLYPORT_MIGRATION_URL, at least every three months.',
        { cause: error },
      );
    }
  },
};
