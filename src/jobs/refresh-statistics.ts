import { listTablesWithoutStatistics, refreshTableStatistics } from '../storage/queries/table-statistics.ts';
import type { Job } from './job.ts';

/**
 * Analyses tables about which the planner has no statistics. A connection plans each statement once. Planned while the
 * table is empty, one index seems as good as another, and reading one action may then read all of a tenant's actions.
 * The embedded database never analyses on its own. A server does after a minute, in which a flood of calls stores many
 * thousands of rows.
 */
export const refreshStatistics: Job = {
  name: 'refresh-statistics',
  intervalMs: 5_000,
  async run({ owner }) {
    for (const tableName of await listTablesWithoutStatistics(owner)) await refreshTableStatistics(owner, tableName);
  },
};
