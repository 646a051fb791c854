import { firstIdAt } from '../storage/queries/actions/months.ts';
import { fillTallies, foldTallies, minuteMs, purgeTallies, talliesKeptMs } from '../storage/queries/tallies.ts';
import {
  endTallySeries,
  forgetTallySeries,
  keepTallySeries,
  listTallySeries,
  loadNthActionTime,
  recordParties,
  recordSeen,
  wantTallySeries,
} from '../storage/queries/tally-series.ts';
import type { SeriesQuestion, TallySeries } from '../storage/queries/tally-series.ts';
import { loadDatabaseNow } from '../storage/queries/tenants.ts';
import type { Store } from '../storage/sql.ts';
import type { CountedTenant, Job } from './job.ts';

const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;

/** The most that is counted for one tenant. What more its rules ask is read from actions. */
const seriesMax = 50;
/**
 * How long a series waits until it counts, and again until what came before is filled in: longer than a call takes that
 * began before all nodes knew of it, with clocks that differ.
 */
const settledMs = minuteMs;
/** How long something is still counted that no rule asks for: rules are switched off and on, and nodes learn of it late. */
const unwantedMs = dayMs;

/** How long before it counts a series must have been seen, so that every call that is to count sees it, by any node's clock. */
const seenMs = minuteMs / 2;

// Bounds one run, so that a node that is asked to stop does so soon, and the work for one series in it.
const workMsMax = 5_000;
const stepsMax = { minute: 60, hour: 3, purge: 20 };
const actionsAtOnce = 5_000;
/** From how many rows of a party in the same minute, or hour, it is worth adding them up. */
const rowsMin = 4;

/**
 * Keeps the tallies that rules need (decision 0035): begins and ends series as rules ask, fills in the time before they
 * began, newest first, adds up what many calls have counted, and removes what is older than any window. Nodes that run it
 * at once do nothing twice, and what fails for one series holds up no other.
 */
export const keepTallies: Job = {
  name: 'keep-tallies',
  intervalMs: 5_000,
  async run({ db, runtime, counted }) {
    const startMs = runtime.clock.steady();
    const isOver = () => runtime.clock.steady() >= startMs + workMsMax;
    // Counts are removed by it, so a node whose clock is ahead must not have its way.
    const databaseMs = await loadDatabaseNow(db);
    const now = () => Math.min(runtime.clock.now(), databaseMs + runtime.clock.steady() - startMs);
    const known = new Map([...counted()].map((tenant) => [tenant.tenantId, tenant]));
    const wanted = await begin(db, known.values(), now);
    const kept = await listTallySeries(db);
    const errors: unknown[] = [];
    const attempt = (work: Promise<boolean>) =>
      work.catch((error: unknown) => {
        errors.push(error);
        return false;
      });
    for (const series of kept) {
      const isWanted = wanted.has(nameIn(series)) || series.wantedAt >= now() - unwantedMs;
      await attempt(maintain(db, series, isWanted, now, isOver));
    }
    // One step for each in turn, and another one first in each run.
    const from = Math.floor(now() / keepTallies.intervalMs) % Math.max(1, kept.length);
    let unfilled = [...kept.slice(from), ...kept.slice(0, from)];
    while (unfilled.length > 0 && !isOver()) {
      const more: TallySeries[] = [];
      for (const series of unfilled) {
        const tenant = known.get(series.tenantId);
        if (tenant !== undefined && !isOver() && (await attempt(fill(db, tenant, series, now())))) more.push(series);
      }
      unfilled = (await listTallySeries(db)).filter((series) =>
        more.some(({ seriesId: id, tenantId }) => {
          return id === series.seriesId && tenantId === series.tenantId;
        }),
      );
    }
    if (errors.length > 0) throw errors[0];
  },
};

/** Begins what rules ask and is not kept. Returns the names of all that they ask. */
async function begin(db: Store, tenants: Iterable<CountedTenant>, now: () => number): Promise<ReadonlySet<string>> {
  const keptByName = new Map(
    (await listTallySeries(db)).flatMap((series) =>
      series.endsAt === null ? [[nameIn(series), series] as const] : [],
    ),
  );
  const wanted = new Set<string>();
  for (const tenant of tenants) {
    const { tenantId } = tenant;
    let begun = 0;
    for (const question of tenant.questions.slice(0, seriesMax)) {
      const name = nameIn({ ...question, tenantId });
      wanted.add(name);
      const series = keptByName.get(name);
      const nowMs = now();
      if (series === undefined) {
        const countsFromMs = nowMs + settledMs;
        await keepTallySeries(db, { ...question, tenantId, seriesId: nowMs * 1_000 + begun, nowMs, countsFromMs });
        begun += 1;
      } else if (series.wantedAt < nowMs - hourMs) await wantTallySeries(db, tenantId, series.seriesId, nowMs);
    }
  }
  return wanted;
}

function nameIn(series: SeriesQuestion & { readonly tenantId: string }): string {
  const { tenantId, operator, partyKind, subject, actionCode, state } = series;
  return JSON.stringify([tenantId, operator, partyKind, subject, actionCode, state]);
}

/** All that a series needs but filling in. */
async function maintain(
  db: Store,
  series: TallySeries,
  isWanted: boolean,
  now: () => number,
  isOver: () => boolean,
): Promise<boolean> {
  const { tenantId, seriesId, countsFrom, seenAt, endsAt } = series;
  const nowMs = now();
  if (endsAt !== null) await remove(db, series, nowMs, isOver);
  else if (!isWanted) await endTallySeries(db, { tenantId, seriesId, nowMs, wantedToMs: nowMs - unwantedMs });
  else if (seenAt === null && nowMs <= countsFrom - seenMs) await recordSeen(db, tenantId, seriesId, nowMs);
  // Calls that have not seen it may have been made from then on: the next run begins it anew.
  else if (seenAt === null) await endTallySeries(db, { tenantId, seriesId, nowMs, wantedToMs: series.wantedAt });
  else await addUp(db, series, nowMs, isOver);
  return false;
}

/** Fills in one step. Returns whether there may be more. */
async function fill(db: Store, tenant: CountedTenant, series: TallySeries, nowMs: number): Promise<boolean> {
  const { tenantId, seriesId, countsFrom, seenAt, endsAt } = series;
  if (endsAt !== null || seenAt === null || nowMs < countsFrom + settledMs) return false;
  const sinceMs = countsFrom - talliesKeptMs;
  const beforeMs = series.filledFrom ?? countsFrom;
  if (beforeMs <= sinceMs) return false;
  const nthMs = await loadNthActionTime(db, { tenantId, sinceMs, beforeMs, count: actionsAtOnce });
  const fromMs = nthMs === undefined ? sinceMs : Math.floor(nthMs / minuteMs) * minuteMs;
  const range = { tenantId, seriesId, firstId: firstIdAt(fromMs), endId: firstIdAt(beforeMs) };
  if (await recordParties(db, range, (kind, value) => tenant.partyId(kind, value))) return true;
  return fillTallies(db, { ...range, fromMs, toMs: beforeMs });
}

async function addUp(db: Store, series: TallySeries, nowMs: number, isOver: () => boolean): Promise<void> {
  const { tenantId, seriesId, minutesFoldedTo, hoursFoldedTo } = series;
  // By then, calls of that minute are over; a later one that changes its actions adds a row of its own.
  const minutesEndMs = nowMs - settledMs;
  let fromMs = minutesFoldedTo;
  if (fromMs + minuteMs > minutesEndMs) return;
  for (let steps = 0; fromMs + minuteMs <= minutesEndMs && steps < stepsMax.minute && !isOver(); steps += 1) {
    await foldTallies(db, { tenantId, seriesId, fromMs, period: 'minute', rowsMin });
    fromMs += minuteMs;
  }
  fromMs = hoursFoldedTo;
  for (let steps = 0; fromMs + 2 * hourMs <= nowMs && steps < stepsMax.hour && !isOver(); steps += 1) {
    await foldTallies(db, { tenantId, seriesId, fromMs, period: 'hour', rowsMin });
    fromMs = (Math.floor(fromMs / hourMs) + 1) * hourMs;
  }
  const beforeMs = nowMs - talliesKeptMs;
  for (let steps = 0; steps < stepsMax.purge && !isOver(); steps += 1) {
    if (!(await purgeTallies(db, tenantId, seriesId, beforeMs))) return;
  }
}

async function remove(
  db: Store,
  { tenantId, seriesId, endsAt }: TallySeries,
  nowMs: number,
  isOver: () => boolean,
): Promise<void> {
  while (await purgeTallies(db, tenantId, seriesId, nowMs + dayMs)) if (isOver()) return;
  // Calls that began before it ended may still count.
  if (endsAt !== null && nowMs > endsAt + settledMs) await forgetTallySeries(db, tenantId, seriesId);
}
