import {
  addJobs,
  freeJobs,
  letGoJobs,
  listFreeJobs,
  prolongJob,
  recordJobEnd,
  recordSharedJobEnd,
  takeJob,
} from '../storage/queries/job-runs.ts';
import type { EndedRun, JobLease, JobLook, SoughtJob } from '../storage/queries/job-runs.ts';
import type { Job, JobContext } from './job.ts';

/** How often a node looks whether a job is due, in milliseconds, however rarely that is: soon after another has died. */
export const lookMs = 5_000;
/** How long a node has a job without a word, in milliseconds. With the look after it, another takes over within 25 s (F40). */
export const leaseMs = 20_000;
const prolongMs = 5_000;
// Timers of the same interval run within it.
const sharedLookMs = 500;
// A job that runs every few seconds stays with its node, which writes no more often than this that it does.
const recordMs = 10_000;
const retryMs = 60_000;
// What clocks of two nodes may differ by, and more.
const clockSlackMs = 60_000;

export interface RunningJobs {
  /** Waits for the runs under way, and then lets other nodes take the jobs. */
  stop(): Promise<void>;
}

/** Told of each run that has ended. */
export type JobObserver = (job: Job, ran: { readonly ms: number; readonly errorClass: string | null }) => void;

/**
 * Runs each job when it is due, on one node: the one that takes its row by one conditional write (F40). A node that dies
 * loses its lease: with the next start if it is the only one that the database can have (`isAlone`). Whether a job is due
 * outlives all nodes, so that an hourly one runs even if none lives so long.
 */
export async function runJobs(
  jobs: readonly Job[],
  context: JobContext,
  { nodeId, isAlone, observe }: { readonly nodeId: string; readonly isAlone: boolean; readonly observe: JobObserver },
): Promise<RunningJobs> {
  const { db, runtime, warn } = context;
  if (isAlone) await freeJobs(db);
  const nowMs = runtime.clock.now();
  await addJobs(
    db,
    jobs.map((job) => ({ name: job.name, dueAtMs: nextDueMs(job, nowMs) })),
  );
  const node: Node = { context, nodeId, observe, isStopping: false };
  const isDue = sharedLooks(
    node,
    jobs.filter((job) => job.isShared !== true),
  );
  const running = new Set<Promise<void>>();
  const stops = jobs.map((job) => {
    const turn = job.isShared === true ? sharedTurns(node, job) : ownTurns(node, job, isDue);
    return runtime.timers.every(Math.min(job.intervalMs, lookMs), async () => {
      const run = turn().catch(warn);
      running.add(run);
      await run;
      running.delete(run);
    });
  });
  return {
    async stop() {
      node.isStopping = true;
      for (const stop of stops) stop();
      await Promise.all(running);
      await letGoJobs(db, nodeId).catch(warn);
    },
  };
}

interface Node {
  readonly context: JobContext;
  readonly nodeId: string;
  readonly observe: JobObserver;
  isStopping: boolean;
}

/** Turns of a job of which nodes take what is due row by row, so that each does a share of it. */
function sharedTurns(node: Node, job: Job): () => Promise<void> {
  const { context, nodeId } = node;
  let recordedMs = -Infinity;
  let hasFailed = false;
  return async () => {
    const ended = await run(node, job);
    const nowMs = context.runtime.clock.now();
    if (ended.errorClass === null && !hasFailed && nowMs - recordedMs < recordMs) return;
    await recordSharedJobEnd(context.db, { name: job.name, nodeId, nowMs }, ended);
    [recordedMs, hasFailed] = [nowMs, ended.errorClass !== null];
  };
}

type IsDue = (job: Job) => Promise<boolean>;

/** Looks that jobs share: their timers run at the same time, and almost always none of them is due. */
function sharedLooks({ context, nodeId }: Node, jobs: readonly Job[]): IsDue {
  const { db, runtime } = context;
  let latest: { readonly atMs: number; readonly free: Promise<readonly string[]> } | undefined;
  return async ({ name }) => {
    const nowMs = runtime.clock.now();
    if (latest === undefined || nowMs < latest.atMs || nowMs > latest.atMs + sharedLookMs) {
      const sought = jobs.map((job) => soughtJob(job, nowMs));
      latest = { atMs: nowMs, free: listFreeJobs(db, sought, lookAt(nodeId, nowMs)) };
    }
    return (await latest.free).includes(name);
  };
}

function soughtJob({ name, intervalMs }: Job, nowMs: number): SoughtJob {
  return { name, latestDueMs: nowMs + Math.max(intervalMs, retryMs) + clockSlackMs };
}

function lookAt(nodeId: string, nowMs: number): JobLook {
  return { nodeId, nowMs, latestLeaseMs: nowMs + leaseMs + clockSlackMs, patientUntilMs: nowMs - 2 * lookMs };
}

/** Turns of a job that one node does at a time. */
function ownTurns(node: Node, job: Job, isDue: IsDue): () => Promise<void> {
  const { context, nodeId } = node;
  const { db, runtime } = context;
  const isFrequent = job.intervalMs <= lookMs;
  const lease = (ms: number): JobLease => {
    const nowMs = runtime.clock.now();
    return { name: job.name, nodeId, nowMs, leasedUntilMs: nowMs + ms };
  };
  // Until when the job is this node's, and when that was last written.
  let held: { readonly untilMs: number; readonly recordedMs: number } | undefined;

  async function prolong(): Promise<void> {
    if (!(await prolongJob(db, lease(leaseMs))))
      throw new Error(`The lease of ${job.name} was over while it ran: another node may run it too.`);
  }

  return async () => {
    if (held === undefined || runtime.clock.now() >= held.untilMs) {
      held = undefined;
      if (!(await isDue(job))) return;
      const { nowMs, leasedUntilMs } = lease(leaseMs);
      if (!(await takeJob(db, soughtJob(job, nowMs), lookAt(nodeId, nowMs), leasedUntilMs))) return;
      held = { untilMs: leasedUntilMs, recordedMs: -Infinity };
    }
    const { recordedMs } = held;
    const stopProlonging = runtime.timers.every(prolongMs, () => prolong().catch(context.warn));
    const ended = await run(node, job);
    stopProlonging();
    const isKept = isFrequent && ended.errorClass === null && !node.isStopping;
    if (isKept && runtime.clock.now() - recordedMs < recordMs) return;
    const left = lease(isKept ? leaseMs : 0);
    held = undefined;
    const isRecorded = await recordJobEnd(db, left, ended);
    if (isKept && isRecorded) held = { untilMs: left.leasedUntilMs, recordedMs: left.nowMs };
  };
}

async function run({ context, observe }: Node, job: Job): Promise<EndedRun> {
  const { clock } = context.runtime;
  const [startedAtMs, startedMs] = [clock.now(), clock.steady()];
  let errorClass: string | null = null;
  try {
    await job.run(context);
  } catch (error) {
    context.warn(error);
    errorClass = classOf(error);
  }
  observe(job, { ms: clock.steady() - startedMs, errorClass });
  const dueAtMs = errorClass === null ? nextDueMs(job, startedAtMs) : clock.now() + Math.min(job.intervalMs, retryMs);
  return { startedAtMs, errorClass, dueAtMs };
}

/** A little before its interval is over: a look that comes a moment early must not wait for the next one. */
function nextDueMs({ intervalMs }: Job, startedAtMs: number): number {
  return startedAtMs + intervalMs - Math.min(intervalMs, lookMs) / 10;
}

/** The database's code for an error, or its name: never its message, which could name a person. */
function classOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown';
  return 'code' in error && typeof error.code === 'string' && /^\w+$/.test(error.code) ? error.code : error.name;
}
