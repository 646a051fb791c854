import { purgeOutbox as deleteSettled, purgeOutboxOfTenant } from '../storage/queries/outbox.ts';
import { listKeptFrom } from '../storage/queries/tenant-settings.ts';
import { eachAlone } from './each-alone.ts';
import type { Job } from './job.ts';
import { batchMax, untilFewer } from './until-fewer.ts';

// Unless the tenant has set a period.
const keptMs = 30 * 24 * 60 * 60 * 1000;

/** Deletes rows that were delivered or given up a month ago, or longer ago than their tenant keeps them. */
export const purgeOutbox: Job = {
  name: 'purge-outbox',
  intervalMs: 60_000,
  async run({ db, runtime }) {
    const nowMs = runtime.clock.now();
    const own = await listKeptFrom(db, 'messagesInDays', nowMs);
    const exceptTenants = own.map(({ tenantId }) => tenantId);
    await untilFewer(() => deleteSettled(db, nowMs - keptMs, batchMax, exceptTenants));
    await eachAlone(own, ({ tenantId, keptFromMs }) =>
      untilFewer(() => purgeOutboxOfTenant(db, keptFromMs, batchMax, tenantId)),
    );
  },
};
