import { loadBacklogs } from '../storage/queries/backlogs.ts';
import type { Backlog } from '../storage/queries/backlogs.ts';
import { listJobRuns } from '../storage/queries/job-runs.ts';
import type { JobRun } from '../storage/queries/job-runs.ts';
import type { Database } from '../storage/sql.ts';
import { jobs } from './index.ts';
import type { Job } from './job.ts';

/** What is known of a job on all nodes together; all times in milliseconds. */
export interface JobReport {
  readonly job: Job;
  readonly run: JobRun | undefined;
  readonly isRunning: boolean;
  /** For how long it is due while no node has it. */
  readonly overdueMs: number;
}

/** A job is late that is due for longer than nodes take to notice it. */
const lateMs = 60_000;

export function stateOf({ run, isRunning, overdueMs }: JobReport): 'running' | 'failed' | 'late' | 'new' | 'fine' {
  if (isRunning) return 'running';
  if ((run?.errorClass ?? null) !== null) return 'failed';
  if (overdueMs >= lateMs) return 'late';
  return (run?.endedAt ?? null) === null ? 'new' : 'fine';
}

export interface Reports {
  readonly jobs: readonly JobReport[];
  readonly backlogs: readonly Backlog[];
}

/** The jobs that nodes on this kind of database do. */
export function jobsOn(kind: Database['kind']): readonly Job[] {
  return jobs.filter(({ onlyOn = kind }) => onlyOn === kind);
}

/** When each job last ran, and what waits: for the command line and for metrics, which so tell the same. */
export async function describeJobs(db: Database, nowMs: number): Promise<Reports> {
  const known = jobsOn(db.kind);
  const runs = await listJobRuns(
    db,
    known.map(({ name }) => name),
  );
  const reports = known.map((job) => {
    const run = runs.find(({ name }) => name === job.name);
    const isHeld = (run?.leasedUntil ?? 0) > nowMs;
    return {
      job,
      run,
      isRunning: isHeld && (run?.endedAt ?? 0) < (run?.startedAt ?? 0),
      overdueMs: run === undefined || isHeld ? 0 : Math.max(0, nowMs - run.dueAt),
    };
  });
  return { jobs: reports, backlogs: await loadBacklogs(db, nowMs) };
}
