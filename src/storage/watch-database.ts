import type { Runtime } from '../runtime/runtime.ts';
import { anchorClock } from './open-storage.ts';
import { recordHeartbeat } from './queries/heartbeats.ts';
import type { Database } from './sql.ts';

const beatMs = 5_000;
/** Without a write for so long a node is not ready. */
const silenceMaxMs = 15_000;
const lookMs = 60_000;

export interface DatabaseWatch {
  /** What makes the database no good to decide by, in single words for `/readyz`; empty where nothing does. */
  faults(): readonly string[];
  stop(): void;
}

/**
 * Sees whether the database can be written to, whether sessions are what statements rely on, and whether its clock can be
 * right (ruling 53). Reading alone would say that all is well on a standby, on a full disk and behind a broken pooler.
 */
export async function watchDatabase(
  db: Database,
  runtime: Runtime,
  warn: (problem: unknown) => void,
): Promise<DatabaseWatch> {
  const nodeId = runtime.ids.uuid();
  const { clock, timers } = runtime;
  let lastBeatMs = -Infinity;
  let faults: readonly string[] = [];

  async function beat(): Promise<void> {
    await recordHeartbeat(db, nodeId, clock.now());
    lastBeatMs = clock.now();
  }

  async function look(): Promise<void> {
    const wrongSettings = await db.wrongSettings();
    if (wrongSettings.length > 0)
      warn(new Error(`Sessions of the database lack our settings: ${wrongSettings.join(', ')}.`));
    const { fault, warning } = await anchorClock(db, runtime);
    if (fault !== undefined || warning !== undefined) warn(new Error(fault ?? warning));
    faults = [...(wrongSettings.length > 0 ? ['settings'] : []), ...(fault === undefined ? [] : ['clock'])];
  }

  const stops = [timers.every(beatMs, () => beat().catch(warn)), timers.every(lookMs, () => look().catch(warn))];
  await Promise.all([beat().catch(warn), look().catch(warn)]);
  return {
    faults: () => [...(clock.now() - lastBeatMs > silenceMaxMs ? ['writes'] : []), ...faults],
    stop() {
      for (const stop of stops) stop();
    },
  };
}
