import { describeJobs, stateOf } from '../jobs/describe-jobs.ts';
import type { JobReport } from '../jobs/describe-jobs.ts';
import { countMax } from '../storage/queries/backlogs.ts';
import type { Command } from './command.ts';
import { printList } from './print-list.ts';
import { readOptions } from './read-options.ts';
import { withStorage } from './with-storage.ts';

export const jobsCommand: Command = {
  name: 'jobs',
  summary: 'Tell when each job last ran, and what waits.',
  help: `Usage: sallyport jobs [--json]

Prints for each job how often it is due, when it last started and ended and on which node, and its state: fine, running,
new, late, or failed with the kind of error; the log of that node has the error itself. Then, what waits for a job: how
much of it (up to ${countMax.toLocaleString('en')}), since when the oldest, and since when something is due.

/metrics says the same as sallyport_job_... and sallyport_waiting_...: use these where a server runs on the embedded
database, which only one process can use.
`,
  async run(words) {
    const { flags } = readOptions(words, [], { flags: ['create', 'json'] });
    await withStorage(flags.has('create'), async ({ db, runtime }) => {
      const { jobs, backlogs } = await describeJobs(db, runtime.clock.now());
      const ran = jobs.map((report) => ({
        job: report.job.name,
        every: `${report.job.intervalMs / 1000} s`,
        lastStarted: time(report.run?.startedAt),
        lastEnded: time(report.run?.endedAt),
        node: report.run?.nodeId ?? null,
        state: wordsOf(report),
      }));
      const waits = backlogs.map(({ what, jobName, waiting, oldestAtMs, dueSinceMs }) => ({
        waiting: what,
        forJob: jobName,
        count: String(waiting),
        oldest: time(oldestAtMs),
        dueSince: time(dueSinceMs),
      }));
      if (flags.has('json')) {
        process.stdout.write(`${JSON.stringify({ jobs: ran, waiting: waits }, null, 2)}\n`);
        return;
      }
      printList(['job', 'every', 'lastStarted', 'lastEnded', 'node', 'state'], ran, false);
      process.stdout.write('\n');
      printList(['waiting', 'forJob', 'count', 'oldest', 'dueSince'], waits, false);
    });
  },
};

function wordsOf(report: JobReport): string {
  const state = stateOf(report);
  if (state === 'failed') return `failed: ${report.run?.errorClass ?? ''}`;
  return state === 'late' ? `late by ${Math.round(report.overdueMs / 1000)} s` : state;
}

function time(timeMs: number | null | undefined): string | null {
  return timeMs === null || timeMs === undefined ? null : new Date(timeMs).toISOString();
}
