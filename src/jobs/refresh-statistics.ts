import { listTablesWithoutStatistics, refreshTableStatistics } from '../storage/queries/table-statistics.ts';
import type { Job } from './job.ts';

/**
 * Lets the planner look at tables that it knows nothing of. Statements are planned once for each connection; over a table
 * that was empty then, one index is as good as another, and reading one action may go through all that a tenant has. The
 * embedded database never looks by itself, a server after a minute, in which a flood of calls stores many thousands.
 */
export const refreshStatistics: Job = {
  name: 'refresh-statistics',
  intervalMs: 5_000,
  async run({ db }) {
    for (const tableName of await listTablesWithoutStatistics(db)) await refreshTableStatistics(db, tableName);
  },
};
