/** F14: time is the database's, and never goes back. */
import { describe, expect, test } from 'vitest';
import { systemRuntime } from '../runtime/system-runtime.ts';
import { virtualRuntime } from '../runtime/virtual-runtime.ts';
import { anchorClock } from './open-storage.ts';
import type { Database } from './sql.ts';
import { watchDatabase } from './watch-database.ts';

/** A database whose clock is so far ahead of this machine's. */
function databaseAhead(aheadMs: number) {
  const state = { aheadMs };
  const database = {
    query: () => Promise.resolve([{ now: Date.now() + state.aheadMs }]),
    beat: () => Promise.resolve([]),
    wrongSettings: () => Promise.resolve([]),
  };
  return { state, db: database as unknown as Database };
}

const minutes = (count: number) => count * 60_000;
const about = (ms: number) => [ms - 500, ms + 500] as const;

function expectAhead(nowMs: number, aheadMs: number): void {
  const [least, most] = about(Date.now() + aheadMs);
  expect(nowMs).toBeGreaterThan(least);
  expect(nowMs).toBeLessThan(most);
}

describe('F14: the clock of a node', () => {
  test.each([10, -10])(
    'is that of the database from the start, also if this machine is %i minutes off',
    async (ahead) => {
      const runtime = systemRuntime();
      const { db } = databaseAhead(minutes(ahead));
      const { fault, warning, hasStepped } = await anchorClock(db, runtime);
      expectAhead(runtime.clock.now(), minutes(ahead));
      expect([fault, hasStepped]).toEqual([undefined, false]);
      expect(warning).toMatch(/five minutes or more from this machine's\. Time counts by the database's\.$/);
    },
  );

  test('says nothing while both clocks agree', async () => {
    const runtime = systemRuntime();
    const { db, state } = databaseAhead(0);
    for (const aheadMs of [0, 40, -40, 0]) {
      state.aheadMs = aheadMs;
      expect(await anchorClock(db, runtime)).toEqual({ fault: undefined, warning: undefined, hasStepped: false });
    }
  });

  test('follows a database that is set forward, and an operator is told', async () => {
    const runtime = systemRuntime();
    const { db, state } = databaseAhead(0);
    await anchorClock(db, runtime);
    state.aheadMs = minutes(4);
    const { warning, hasStepped } = await anchorClock(db, runtime);
    expectAhead(runtime.clock.now(), minutes(4));
    expect(hasStepped).toBe(true);
    expect(warning).toMatch(/240 seconds later than it should: codes and tokens expire that much sooner\.$/);
    expect((await anchorClock(db, runtime)).warning).toBeUndefined();
  });

  test('stands still while a database that was set back catches up, and an operator is told as long as it does', async () => {
    const runtime = systemRuntime();
    const { db, state } = databaseAhead(0);
    await anchorClock(db, runtime);
    const reachedMs = runtime.clock.now();
    const steadyMs = runtime.clock.steady();
    state.aheadMs = -1_400;
    const first = await anchorClock(db, runtime);
    expect(first.hasStepped).toBe(true);
    expect(first.warning).toMatch(/1 seconds earlier than before\. Nothing that has expired becomes valid again/);
    const second = await anchorClock(db, runtime);
    expect(second.hasStepped).toBe(false);
    expect(second.warning).toBe(first.warning?.replace(/says \S+,/, /says \S+,/.exec(second.warning ?? '')?.[0] ?? ''));
    const seen = [runtime.clock.now()];
    await expect
      .poll(() => seen[seen.push(runtime.clock.now()) - 1], { interval: 20 })
      .toBeGreaterThan(reachedMs + 300);
    expect(seen).toEqual([...seen].sort((one, other) => one - other));
    // It has waited as long as the other went back. Durations do not stand still.
    expect(runtime.clock.steady() - steadyMs).toBeGreaterThan(1_400);
    expectAhead(runtime.clock.now(), -1_400);
    expect((await anchorClock(db, runtime)).warning).toBeUndefined();
  });

  test('each time that the database is set to another time is counted', async () => {
    const { timers, advance } = virtualRuntime();
    const { clock } = systemRuntime();
    const { db, state } = databaseAhead(0);
    const warnings: string[] = [];
    let steps = 0;
    const watch = await watchDatabase(
      db,
      { ...virtualRuntime(), timers, clock },
      {
        nodeId: '00000000-0000-4000-8000-000000000000',
        warn: (problem) => warnings.push(String(problem)),
        readings: { clockStepped: () => (steps += 1), actionsWithoutMonth: () => undefined },
      },
    );
    for (const aheadMs of [0, minutes(4), minutes(4), minutes(-4)]) {
      state.aheadMs = aheadMs;
      await advance(60_000);
    }
    expect(steps).toBe(2);
    expect(warnings).toEqual([
      expect.stringContaining('240 seconds later'),
      expect.stringContaining('480 seconds earlier'),
    ]);
    expect(watch.faults()).toEqual([]);
    watch.stop();
  });
});
