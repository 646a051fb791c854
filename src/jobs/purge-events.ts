import { purgeAttempts } from '../storage/queries/delivery-attempts.ts';
import { deleteEmptyEvents, emptyDepartedEvents, emptyOldEvents } from '../storage/queries/events.ts';
import type { OfTenants } from '../storage/queries/events.ts';
import { listKeptFrom } from '../storage/queries/tenant-settings.ts';
import type { Job } from './job.ts';
import { batchMax, untilFewer } from './until-fewer.ts';

// Unless the tenant has set a period.
const keptMs = 30 * 24 * 60 * 60 * 1000;

/**
 * Ends the period of events: their payloads go, delivered or not. What became of them can be seen for as long again.
 */
export const purgeEvents: Job = {
  name: 'purge-events',
  intervalMs: 60_000,
  async run({ db, runtime }) {
    const nowMs = runtime.clock.now();
    await untilFewer(() => db.transaction((sql) => emptyDepartedEvents(sql, nowMs, batchMax)));
    const own = await listKeptFrom(db, 'eventsInDays', nowMs);
    const exceptTenants = own.map(({ tenantId }) => tenantId);
    const periods: readonly (readonly [OfTenants, number])[] = [
      [{ exceptTenants }, nowMs - keptMs],
      ...own.map(({ tenantId, keptFromMs }) => [{ tenantId }, keptFromMs] as const),
    ];
    for (const [of, createdMs] of periods) {
      await untilFewer(() => db.transaction((sql) => emptyOldEvents(sql, of, { createdMs, nowMs, max: batchMax })));
      const forgottenMs = createdMs - (nowMs - createdMs);
      await untilFewer(() => deleteEmptyEvents(db, of, { createdMs: forgottenMs, max: batchMax }));
    }
    await untilFewer(() => purgeAttempts(db, nowMs - keptMs, batchMax));
  },
};
