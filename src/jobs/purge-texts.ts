import { judgedMs } from '../core/pumping/judge-text.ts';
import { rememberedMs } from '../core/pumping/time-windows.ts';
import { deleteOldTextCounts, purgeTexts as deleteOld } from '../storage/queries/texts.ts';
import type { Job } from './job.ts';
import { batchMax, untilFewer } from './until-fewer.ts';

/** Deletes what became of texts, once no judgement asks for it any more. */
export const purgeTexts: Job = {
  name: 'purge-texts',
  intervalMs: 60_000,
  async run({ db, runtime }) {
    const nowMs = runtime.clock.now();
    await untilFewer(() => deleteOld(db, nowMs - rememberedMs, batchMax));
    await deleteOldTextCounts(db, nowMs - 2 * judgedMs);
  },
};
