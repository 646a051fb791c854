import type { Runtime } from '../runtime/runtime.ts';
import { anchorClock } from './open-storage.ts';
import { countOtherActions } from './queries/actions/months.ts';
import { recordHeartbeat } from './queries/heartbeats.ts';
import type { Database } from './sql.ts';

const beatMs = 5_000;
/** After this long without a write, a node is not ready. */
const silenceMaxMs = 15_000;
const lookMs = 60_000;

export interface DatabaseWatch {
  /** Why the database cannot be used for decisions, in single words for `/readyz`; empty if it can. */
  faults(): readonly string[];
  stop(): void;
}

/** What is counted of the database. */
export interface Readings {
  /** Its clock was set to another time. */
  clockStepped(): void;
  /** How many actions are in no month's table. */
  actionsWithoutMonth(count: number): void;
}

/**
 * Checks whether the database is writable, whether sessions have the settings that statements rely on, and whether its
 * clock can be right (ruling 53). A check that only reads would pass on a standby, on a full disk and behind a broken
 * pooler.
 */
export async function watchDatabase(
  db: Database,
  runtime: Runtime,
  {
    nodeId,
    warn,
    readings: { clockStepped, actionsWithoutMonth },
  }: { readonly nodeId: string; warn(problem: unknown): void; readonly readings: Readings },
): Promise<DatabaseWatch> {
  const { clock, timers } = runtime;
  let lastBeatMs = -Infinity;
  let faults: readonly string[] = [];

  async function beat(): Promise<void> {
    await recordHeartbeat(db, nodeId, clock.now());
    lastBeatMs = clock.steady();
  }

  async function look(): Promise<void> {
    const wrongSettings = await db.wrongSettings();
    if (wrongSettings.length > 0)
      warn(new Error(`Sessions of the database lack our settings: ${wrongSettings.join(', ')}.`));
    const { fault, warning, hasStepped } = await anchorClock(db, runtime);
    if (hasStepped) clockStepped();
    if (fault !== undefined || warning !== undefined) warn(new Error(fault ?? warning));
    actionsWithoutMonth(await countOtherActions(db));
    faults = [...(wrongSettings.length > 0 ? ['settings'] : []), ...(fault === undefined ? [] : ['clock'])];
  }

  const stops = [timers.every(beatMs, () => beat().catch(warn)), timers.every(lookMs, () => look().catch(warn))];
  await Promise.all([beat().catch(warn), look().catch(warn)]);
  return {
    faults: () => [...(clock.steady() - lastBeatMs > silenceMaxMs ? ['writes'] : []), ...faults],
    stop() {
      for (const stop of stops) stop();
    },
  };
}
