/** F40: each due job runs once over all nodes, and another node takes over what a dead one held. */
import { afterEach, describe, expect, test } from 'vitest';
import { virtualRuntime } from '../runtime/virtual-runtime.ts';
import type { VirtualRuntime } from '../runtime/virtual-runtime.ts';
import { listJobRuns } from '../storage/queries/job-runs.ts';
import type { Database } from '../storage/sql.ts';
import { databaseKinds, testDatabase } from '../testkit/test-database.ts';
import type { Job, JobContext } from './job.ts';
import { leaseMs, lookMs, runJobs } from './run-jobs.ts';

const stops: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop();
});

const nodeIds = [1, 2, 3].map((number) => `00000000-0000-4000-8000-00000000000${number}`);

interface TestNode {
  readonly nodeId: string;
  /** The names of jobs that it ran, in their order. */
  readonly ran: string[];
  readonly warnings: string[];
  stop(): Promise<void>;
  /** Nothing of it runs any more, and it lets go of nothing. */
  die(): void;
}

/** A node of a cluster whose nodes have one clock. */
async function startNode(
  db: Database,
  runtime: VirtualRuntime,
  nodeId: string,
  jobs: readonly (Omit<Job, 'run'> & { run?(): Promise<void> })[],
  isAlone = false,
): Promise<TestNode> {
  const ran: string[] = [];
  const warnings: string[] = [];
  let isDead = false;
  // As in a process: never overlapping itself.
  const every = (ms: number, run: () => Promise<void> | void) => {
    let isRunning = false;
    return runtime.timers.every(ms, async () => {
      if (isDead || isRunning) return;
      isRunning = true;
      await run();
      isRunning = false;
    });
  };
  const context = {
    db,
    runtime: { ...runtime, timers: { ...runtime.timers, every } },
    warn: (problem: unknown) => warnings.push(String(problem)),
  } as unknown as JobContext;
  const recorded = jobs.map((job) => ({
    ...job,
    async run() {
      ran.push(job.name);
      await job.run?.();
    },
  }));
  const running = await runJobs(recorded, context, { nodeId, isAlone, observe: () => undefined });
  return { nodeId, ran, warnings, stop: running.stop, die: () => (isDead = true) };
}

async function cluster(
  kind: (typeof databaseKinds)[number],
  jobs: Parameters<typeof startNode>[3],
  size = 3,
): Promise<{ db: Database; runtime: VirtualRuntime; nodes: readonly TestNode[] }> {
  const db = await testDatabase(kind);
  stops.push(() => db.close());
  const runtime = virtualRuntime();
  const nodes: TestNode[] = [];
  for (const nodeId of nodeIds.slice(0, size)) nodes.push(await startNode(db, runtime, nodeId, jobs));
  return { db, runtime, nodes };
}

const ranOn = (nodes: readonly TestNode[]) => nodes.map(({ ran }) => ran.length);
const sum = (counts: readonly number[]) => counts.reduce((total, count) => total + count, 0);
const minute = { name: 'each-minute', intervalMs: 60_000 };
const second = { name: 'each-second', intervalMs: 1_000 };

describe.each(databaseKinds)('on the %s database', (kind) => {
  test('F40: a job runs once each time that it is due, on one of three nodes', async () => {
    const { runtime, nodes } = await cluster(kind, [minute]);
    for (let looks = 0; looks < 60_000 / lookMs - 1; looks += 1) await runtime.advance(lookMs);
    expect(sum(ranOn(nodes))).toBe(0);
    for (let due = 1; due <= 5; due += 1) {
      await runtime.advance(60_000);
      expect(sum(ranOn(nodes))).toBe(due);
    }
  });

  test('F40: a job that runs every second stays on its node, whose death another notices within 25 seconds', async () => {
    const { db, runtime, nodes } = await cluster(kind, [second]);
    for (let passed = 0; passed < 40; passed += 1) await runtime.advance(1_000);
    expect(ranOn(nodes)).toEqual([40, 0, 0]);
    nodes[0]?.die();
    for (let passed = 0; passed < 25; passed += 1) await runtime.advance(1_000);
    const [, ...others] = ranOn(nodes);
    expect(sum(others)).toBeGreaterThanOrEqual(1);
    expect(others).toContain(0);
    const [row] = await listJobRuns(db, [second.name]);
    expect(row?.nodeId).not.toBe(nodes[0]?.nodeId);
  });

  test('F40: a node that stops lets go of its jobs at once', async () => {
    const { runtime, nodes } = await cluster(kind, [second], 2);
    await runtime.advance(1_000);
    await nodes[0]?.stop();
    await runtime.advance(1_000);
    expect(ranOn(nodes)).toEqual([1, 1]);
  });

  test('a run that takes longer than a lease keeps its job', async () => {
    let finish: () => void = () => undefined;
    const long = { ...minute, run: () => new Promise<void>((resolve) => (finish = resolve)) };
    const { db, runtime, nodes } = await cluster(kind, [long], 2);
    const under = runtime.advance(60_000);
    while (sum(ranOn(nodes)) === 0) await new Promise((resolve) => setImmediate(resolve));
    for (let passedMs = 0; passedMs < 3 * leaseMs; passedMs += lookMs) await runtime.advance(lookMs);
    expect(ranOn(nodes)).toEqual([1, 0]);
    finish();
    await under;
    const [row] = await listJobRuns(db, [minute.name]);
    expect((row?.endedAt ?? 0) - (row?.startedAt ?? 0)).toBe(3 * leaseMs);
    expect(nodes.flatMap(({ warnings }) => warnings)).toEqual([]);
  });

  test('what fails is due again in a minute, on another node first, and is recorded without a message', async () => {
    const failing = {
      name: 'each-hour',
      intervalMs: 3_600_000,
      run: () => Promise.reject(new RangeError('of alice@example.com')),
    };
    const { db, runtime, nodes } = await cluster(kind, [failing], 2);
    await runtime.advance(3_600_000);
    expect(ranOn(nodes)).toEqual([1, 0]);
    const [row] = await listJobRuns(db, [failing.name]);
    expect(row).toMatchObject({ nodeId: nodes[0]?.nodeId, errorClass: 'RangeError', succeededAt: null });
    await runtime.advance(60_000);
    expect(ranOn(nodes)).toEqual([1, 1]);
    await nodes[1]?.stop();
    await runtime.advance(60_000);
    expect(ranOn(nodes)).toEqual([2, 1]);
  });

  test('an hourly job runs although no node lives for an hour', async () => {
    const hourly = { name: 'each-hour', intervalMs: 3_600_000 };
    const { db, runtime, nodes } = await cluster(kind, [hourly], 1);
    await runtime.advance(1_800_000);
    await nodes[0]?.stop();
    const later = await startNode(db, runtime, nodeIds[1] ?? '', [hourly]);
    await runtime.advance(1_800_000);
    expect(later.ran).toEqual(['each-hour']);
  });

  test('F14: a clock that went back a year stops no job', async () => {
    const { db, runtime, nodes } = await cluster(kind, [minute], 1);
    await runtime.advance(60_000);
    nodes[0]?.die();
    const behind = virtualRuntime();
    behind.moveTo(runtime.clock.now() - 365 * 24 * 3_600_000);
    const later = await startNode(db, behind, nodeIds[1] ?? '', [minute]);
    await behind.advance(60_000);
    expect(later.ran).toEqual(['each-minute']);
  });

  test('where there can be but one node, what a dead one held is free at once', async () => {
    const { db, runtime, nodes } = await cluster(kind, [second], 1);
    await runtime.advance(1_000);
    nodes[0]?.die();
    const later = await startNode(db, runtime, nodeIds[1] ?? '', [second], true);
    await runtime.advance(1_000);
    expect(later.ran).toEqual(['each-second']);
  });

  test('a shared job runs on every node, which is recorded every ten seconds', async () => {
    const { db, runtime, nodes } = await cluster(kind, [{ ...second, isShared: true }], 2);
    for (let passed = 0; passed < 15; passed += 1) await runtime.advance(1_000);
    expect(ranOn(nodes)).toEqual([15, 15]);
    const [row] = await listJobRuns(db, [second.name]);
    expect(runtime.clock.now() - (row?.endedAt ?? 0)).toBeLessThanOrEqual(10_000);
  });
});

test('F40: of eight nodes that look at the same moment, one runs the job', async () => {
  const db = await testDatabase('postgres');
  stops.push(() => db.close());
  const nodes: TestNode[] = [];
  const runtimes = Array.from({ length: 8 }, (_, number) => virtualRuntime(String(number)));
  for (const [number, runtime] of runtimes.entries())
    nodes.push(await startNode(db, runtime, `00000000-0000-4000-8000-00000000001${number}`, [minute, second]));
  for (let due = 1; due <= 10; due += 1) {
    await Promise.all(runtimes.map((runtime) => runtime.advance(60_000)));
    const ran = nodes.flatMap((node) => node.ran);
    expect(ran.filter((name) => name === minute.name)).toHaveLength(due);
  }
});
