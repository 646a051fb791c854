import { sqlTime, statement } from '../sql.ts';
import type { Sql } from '../sql.ts';

/** What is recorded of a job. All times are null until they first happen. */
export interface JobRun {
  readonly name: string;
  readonly dueAt: number;
  /** The node that ran it last. */
  readonly nodeId: string | null;
  readonly leasedUntil: number | null;
  readonly startedAt: number | null;
  readonly endedAt: number | null;
  readonly succeededAt: number | null;
  /** What kind of error ended the last run; null for none. */
  readonly errorClass: string | null;
}

/** A job that a node holds: it alone runs it until its lease is over. */
export interface JobLease {
  readonly name: string;
  readonly nodeId: string;
  readonly nowMs: number;
  readonly leasedUntilMs: number;
}

const addStatement = statement<never>(
  'add_jobs',
  `insert into job_runs (name, due_at) select job.name, job.due_at from unnest($1::text[], $2::timestamptz[]) as job (name, due_at)
   on conflict do nothing`,
);

/** Makes known the jobs that were never known before, with the time at which each is first due. */
export async function addJobs(
  sql: Sql,
  jobs: readonly { readonly name: string; readonly dueAtMs: number }[],
): Promise<void> {
  await sql.query(addStatement, [jobs.map(({ name }) => name), jobs.map(({ dueAtMs }) => sqlTime(dueAtMs))]);
}

// Times later than these bounds were set by a clock that has gone back since.
const isFree = (latestDueAt: string) => `(due_at <= $3 or due_at > ${latestDueAt})
     and (leased_until is null or leased_until <= $3 or leased_until > $4)
     and not (error_class is not null and node_id = $2 and due_at > $5)`;

const listFreeStatement = statement<{ name: string }>(
  'list_free_jobs',
  `select name from job_runs join unnest($1::text[], $6::timestamptz[]) as asked (name, latest_due_at) using (name)
   where ${isFree('asked.latest_due_at')}`,
);

/** How a node looks for jobs. */
export interface JobLook {
  readonly nodeId: string;
  readonly nowMs: number;
  /** No lease ends later. */
  readonly latestLeaseMs: number;
  /** A node on which the job failed leaves it to others until it has been due since then. */
  readonly patientUntilMs: number;
}

/** A job, and the time after which it cannot be due. */
export interface SoughtJob {
  readonly name: string;
  readonly latestDueMs: number;
}

const lookValues = ({ nodeId, nowMs, latestLeaseMs, patientUntilMs }: JobLook) => [
  nodeId,
  ...[nowMs, latestLeaseMs, patientUntilMs].map(sqlTime),
];

/** Which of these are due and held by no node. */
export async function listFreeJobs(sql: Sql, jobs: readonly SoughtJob[], look: JobLook): Promise<readonly string[]> {
  const latestDue = jobs.map(({ latestDueMs }) => sqlTime(latestDueMs));
  const rows = await sql.query(listFreeStatement, [jobs.map(({ name }) => name), ...lookValues(look), latestDue]);
  return rows.map(({ name }) => name);
}

const takeStatement = statement<{ name: string }>(
  'take_job',
  `update job_runs set node_id = $2, started_at = $3, leased_until = $7 where name = $1 and ${isFree('$6')} returning name`,
);

/** Takes a job that is due and that no node holds. False if there is nothing to take; then nothing is written. */
export async function takeJob(
  sql: Sql,
  { name, latestDueMs }: SoughtJob,
  look: JobLook,
  leasedUntilMs: number,
): Promise<boolean> {
  const values = [name, ...lookValues(look), sqlTime(latestDueMs), sqlTime(leasedUntilMs)];
  return (await sql.query(takeStatement, values)).length > 0;
}

// Another node has it, where the lease was over.
const isHeld = 'name = $1 and node_id = $2 and leased_until > $3';

const prolongStatement = statement<{ name: string }>(
  'prolong_job',
  `update job_runs set leased_until = $4 where ${isHeld} returning name`,
);

/** Prolongs the lease while a run takes long. False if another node may have taken the job. */
export async function prolongJob(sql: Sql, { name, nodeId, nowMs, leasedUntilMs }: JobLease): Promise<boolean> {
  return (await sql.query(prolongStatement, [name, nodeId, sqlTime(nowMs), sqlTime(leasedUntilMs)])).length > 0;
}

/** A run that has ended. */
export interface EndedRun {
  readonly startedAtMs: number;
  readonly errorClass: string | null;
  readonly dueAtMs: number;
}

const endStatement = statement<{ name: string }>(
  'record_job_end',
  `update job_runs set leased_until = $4, started_at = $5, ended_at = $3, error_class = $6::text, due_at = $7,
     succeeded_at = case when $6::text is null then $3::timestamptz else succeeded_at end
   where ${isHeld} returning name`,
);

/** Records the end of a run. The job stays with this node until `leasedUntilMs`. False if another node may have taken it. */
export async function recordJobEnd(
  sql: Sql,
  { name, nodeId, nowMs, leasedUntilMs }: JobLease,
  { startedAtMs, errorClass, dueAtMs }: EndedRun,
): Promise<boolean> {
  const times = [nowMs, leasedUntilMs, startedAtMs].map(sqlTime);
  return (await sql.query(endStatement, [name, nodeId, ...times, errorClass, sqlTime(dueAtMs)])).length > 0;
}

const sharedStatement = statement<never>(
  'record_shared_job_end',
  `update job_runs set node_id = $2, started_at = $4, ended_at = $3, error_class = $5::text, due_at = $6,
     succeeded_at = case when $5::text is null then $3::timestamptz else succeeded_at end
   where name = $1`,
);

/** Records the end of a run of a job that nodes share, so that nobody holds it. */
export async function recordSharedJobEnd(
  sql: Sql,
  { name, nodeId, nowMs }: Omit<JobLease, 'leasedUntilMs'>,
  { startedAtMs, errorClass, dueAtMs }: EndedRun,
): Promise<void> {
  await sql.query(sharedStatement, [name, nodeId, sqlTime(nowMs), sqlTime(startedAtMs), errorClass, sqlTime(dueAtMs)]);
}

const letGoStatement = statement<never>(
  'let_go_jobs',
  'update job_runs set leased_until = null where node_id = $1 and leased_until is not null',
);

/** Lets other nodes take what this one holds, when it stops. */
export async function letGoJobs(sql: Sql, nodeId: string): Promise<void> {
  await sql.query(letGoStatement, [nodeId]);
}

const freeStatement = statement<never>(
  'free_jobs',
  'update job_runs set leased_until = null where leased_until is not null',
);

/** Ends all leases: where only one process can use the database, the one that held them is gone. */
export async function freeJobs(sql: Sql): Promise<void> {
  await sql.query(freeStatement, []);
}

const listStatement = statement<JobRun>(
  'list_job_runs',
  `select name, due_at, node_id, leased_until, started_at, ended_at, succeeded_at, error_class from job_runs
   where name = any($1) order by name`,
);

/** What is recorded of these jobs. */
export async function listJobRuns(sql: Sql, names: readonly string[]): Promise<readonly JobRun[]> {
  return sql.query(listStatement, [names]);
}
