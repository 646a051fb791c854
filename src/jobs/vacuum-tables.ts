import { listTablesToVacuum, vacuumTable } from '../storage/queries/table-statistics.ts';
import type { Job } from './job.ts';

// What others notice: nothing else runs on the embedded database meanwhile.
const slowMs = 1_000;

/**
 * Frees the space of deleted rows on the embedded database, which never does so on its own, by the measures of a server's
 * autovacuum. One table each time, smallest first, so that calls come between them.
 */
export const vacuumTables: Job = {
  name: 'vacuum-tables',
  intervalMs: 60_000,
  onlyOn: 'embedded',
  async run({ owner, runtime, tell }) {
    const [tableName] = await listTablesToVacuum(owner);
    if (tableName === undefined) return;
    const startedMs = runtime.clock.steady();
    await vacuumTable(owner, tableName);
    const ms = runtime.clock.steady() - startedMs;
    if (ms >= slowMs) tell({ tableName, ms: Math.round(ms) }, 'vacuumed');
  },
};
